package serverlessstack.local;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The context of an invocation, as the interface that the function's own jar has. */
final class Context {
    private final Map<?, ?> invocation;
    private final long deadline;

    Context(Map<?, ?> invocation) {
        this.invocation = invocation;
        double seconds = ((Number) invocation.get("seconds")).doubleValue();
        this.deadline = System.currentTimeMillis() + (long) (seconds * 1000);
    }

    Object proxy(Class<?> kind) {
        return Proxy.newProxyInstance(
                kind.getClassLoader(), new Class<?>[] {kind}, (self, method, arguments) -> get(method));
    }

    private Object get(Method method) {
        switch (method.getName()) {
            case "getAwsRequestId":
                return invocation.get("request_id");
            case "getInvokedFunctionArn":
                return invocation.get("arn");
            case "getFunctionName":
                return System.getenv("AWS_LAMBDA_FUNCTION_NAME");
            case "getFunctionVersion":
                return System.getenv("AWS_LAMBDA_FUNCTION_VERSION");
            case "getLogGroupName":
                return System.getenv("AWS_LAMBDA_LOG_GROUP_NAME");
            case "getLogStreamName":
                return System.getenv("AWS_LAMBDA_LOG_STREAM_NAME");
            case "getMemoryLimitInMB":
                return Integer.valueOf(System.getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"));
            case "getRemainingTimeInMillis":
                return (int) Math.max(0, deadline - System.currentTimeMillis());
            case "getLogger":
                return logger(method.getReturnType());
            case "toString":
                return "Context " + invocation.get("request_id");
            case "hashCode":
                return System.identityHashCode(this);
            case "equals":
                return false;
            default:
                return null;  // the identity and the client context of a mobile app
        }
    }

    private static Object logger(Class<?> kind) {
        return Proxy.newProxyInstance(
                kind.getClassLoader(),
                new Class<?>[] {kind},
                (self, method, arguments) -> {
                    if (method.getName().equals("log")) {
                        Object message = arguments[0];
                        System.out.println(message instanceof byte[]
                                ? new String((byte[]) message, StandardCharsets.UTF_8)
                                : message);
                    }
                    return null;
                });
    }
}
