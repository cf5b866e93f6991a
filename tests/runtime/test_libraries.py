import subprocess
import sys

import pytest

# Python imports a module with its lock held, and then its package: with a delay in the package, two
# threads hold what the other one waits for.
SCRIPT = """
import importlib.machinery, threading, time

real = importlib.machinery.SourceFileLoader.exec_module
def exec_module(self, module):
    if module.__name__ == {package!r}:
        time.sleep(0.5)
    real(self, module)
importlib.machinery.SourceFileLoader.exec_module = exec_module
errors = []
def run(work):
    try:
        work()
    except Exception as error:
        errors.append(error)
{works}
threads = [threading.Thread(target=run, args=(work,)) for work in works]
for thread in threads:
    thread.start()
    time.sleep(0.1)
for thread in threads:
    thread.join()
print(errors)
"""
BOTO3 = """
from serverless_stack.runtime.caching.clients.credentials import AuthToken
from serverless_stack.runtime.objects.errors import translated
class Client:
    def get_secret_value(self, SecretId):
        return dict(SecretString="token")
def read():
    with translated("reading", "a"):
        pass
works = [AuthToken("arn", Client(), timeout=30).get_credentials, read]
"""
PYMEMCACHE = """
from serverless_stack.runtime.caching import StoreError
from serverless_stack.runtime.caching.clients.environment import Endpoint
from serverless_stack.runtime.caching.clients.memcached_pool import MemcachedPool
from serverless_stack.runtime.caching.stores.memcached import MemcachedStore
pool = MemcachedPool(Endpoint("127.0.0.1", 1), lambda at: 1 / 0, 1.0)
def fail():
    try:
        pool.run(lambda client: None)
    except StoreError:
        pass
def get():
    try:
        MemcachedStore.from_url("memcached://127.0.0.1:1").get("a")
    except StoreError:
        pass
works = [fail, get]
"""
REDIS = """
from serverless_stack.runtime.caching import StoreError
from serverless_stack.runtime.caching.clients.redis_pool import RedisPool
from serverless_stack.runtime.caching.stores.redis import RedisStore
def fail():
    try:
        RedisPool("redis", lambda: 1 / 0, 1.0).ask("GET", "a")
    except StoreError:
        pass
def get():
    try:
        RedisStore.from_url("redis://127.0.0.1:1").get("a")
    except StoreError:
        pass
works = [fail, get]
"""


@pytest.mark.parametrize(
    ("package", "works"),
    [("boto3", BOTO3), ("pymemcache", PYMEMCACHE), ("redis", REDIS)],
    ids=["boto3", "pymemcache", "redis"],
)
def test_threads_that_need_a_library_at_once(package: str, works: str) -> None:
    for order in ("", "works.reverse()\n"):
        script = SCRIPT.format(package=package, works=works + order)
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert done.stdout == "[]\n"
