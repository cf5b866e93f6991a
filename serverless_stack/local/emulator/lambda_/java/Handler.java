package serverlessstack.local;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.charset.StandardCharsets;

/** The entry point of a function: a method of any class, or an implementation of a handler interface. */
final class Handler {
    private static final String INTERFACE = "com.amazonaws.services.lambda.runtime.RequestHandler";
    private static final String CONTEXT = "com.amazonaws.services.lambda.runtime.Context";

    private final Object target;
    private final Method method;
    private final Type input;

    private Handler(Object target, Method method, Type input) {
        this.target = target;
        this.method = method;
        this.input = input;
    }

    /** Load `package.Class::method`, or `package.Class` with the method `handleRequest`. */
    static Handler load(String name) throws Throwable {
        String[] parts = name.split("::", 2);
        String called = parts.length == 2 ? parts[1] : "handleRequest";
        Class<?> kind;
        try {
            kind = Class.forName(parts[0]);
        } catch (ClassNotFoundException error) {
            throw new ClassNotFoundException("Class not found: " + parts[0], error);
        }
        Method method = find(kind, called);
        if (method == null) {
            throw new NoSuchMethodException("No public method named " + called
                    + " with appropriate method signature found on class " + parts[0]);
        }
        method.setAccessible(true);
        Object target = null;
        if (!Modifier.isStatic(method.getModifiers())) {
            try {
                java.lang.reflect.Constructor<?> constructor = kind.getDeclaredConstructor();
                constructor.setAccessible(true);
                target = constructor.newInstance();
            } catch (NoSuchMethodException error) {
                throw new NoSuchMethodException(
                        "Class " + parts[0] + " has no public zero-argument constructor");
            } catch (InvocationTargetException error) {
                throw error.getCause();
            }
        }
        return new Handler(target, method, input(kind, method));
    }

    /** Return the method with the most parameters among those that Lambda can call. */
    private static Method find(Class<?> kind, String name) {
        Method best = null;
        for (Method method : kind.getMethods()) {
            if (!method.getName().equals(name) || method.isBridge() || !isCallable(method)) {
                continue;
            }
            if (best == null || method.getParameterCount() > best.getParameterCount()) {
                best = method;
            }
        }
        return best;
    }

    private static boolean isCallable(Method method) {
        Class<?>[] kinds = method.getParameterTypes();
        if (isStream(kinds)) {
            return kinds.length == 2 || kinds.length == 3 && isContext(kinds[2]);
        }
        return kinds.length < 2 || kinds.length == 2 && isContext(kinds[1]);
    }

    private static boolean isStream(Class<?>[] kinds) {
        return kinds.length > 1 && kinds[0] == InputStream.class && kinds[1] == OutputStream.class;
    }

    private static boolean isContext(Class<?> kind) {
        return kind.getName().equals(CONTEXT);
    }

    /** Return the type of the event; a method that is inherited may have it as a type variable. */
    private static Type input(Class<?> kind, Method method) {
        if (method.getParameterCount() == 0) {
            return Object.class;
        }
        Type declared = method.getGenericParameterTypes()[0];
        if (!(declared instanceof TypeVariable)) {
            return declared;
        }
        for (Class<?> place = kind; place != null; place = place.getSuperclass()) {
            Type parent = place.getGenericSuperclass();
            for (Type type : place.getGenericInterfaces()) {
                if (type.getTypeName().startsWith(INTERFACE + "<")) {
                    parent = type;
                }
            }
            if (parent instanceof ParameterizedType) {
                return ((ParameterizedType) parent).getActualTypeArguments()[0];
            }
        }
        return Object.class;
    }

    /** Call the method, and return its result as JSON. */
    String call(Object event, Context context) throws Throwable {
        Class<?>[] kinds = method.getParameterTypes();
        Object[] arguments = new Object[kinds.length];
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        boolean streams = isStream(kinds);
        if (streams) {
            byte[] bytes = Json.write(event).getBytes(StandardCharsets.UTF_8);
            arguments[0] = new ByteArrayInputStream(bytes);
            arguments[1] = output;
        } else if (kinds.length > 0) {
            arguments[0] = isContext(kinds[0]) ? context.proxy(kinds[0]) : Beans.read(event, input);
        }
        int last = kinds.length - 1;
        if (last > 0 && isContext(kinds[last])) {
            arguments[last] = context.proxy(kinds[last]);
        }
        Object result;
        try {
            result = method.invoke(target, arguments);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
        if (streams) {
            String text = output.toString(StandardCharsets.UTF_8);
            return text.isBlank() ? "null" : Json.write(Json.parse(text));
        }
        return Json.write(Beans.plain(result));
    }
}
