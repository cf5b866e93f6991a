from tests.local.conftest import assembly_app, own_cache, programs_of_the_repository, tiny_app

__all__ = ["assembly_app", "own_cache", "programs_of_the_repository", "tiny_app"]
