package serverlessstack.local;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** From the values of JSON to the objects of a handler and back, by getters and setters. */
final class Beans {
    private Beans() {}

    static Object read(Object value, Type type) throws ReflectiveOperationException {
        if (type instanceof TypeVariable || type instanceof WildcardType) {
            return value;
        }
        if (type instanceof GenericArrayType) {
            return array(value, ((GenericArrayType) type).getGenericComponentType());
        }
        Type[] arguments = {Object.class, Object.class};
        Class<?> kind;
        if (type instanceof ParameterizedType) {
            arguments = ((ParameterizedType) type).getActualTypeArguments();
            kind = (Class<?>) ((ParameterizedType) type).getRawType();
        } else {
            kind = (Class<?>) type;
        }
        if (value == null || kind == Object.class) {
            return value;
        }
        if (kind == String.class || kind == CharSequence.class) {
            if (value instanceof Map || value instanceof List) {
                throw mismatch(value, kind);
            }
            return String.valueOf(value);
        }
        if (Map.class.isAssignableFrom(kind)) {
            return map(value, kind, arguments);
        }
        if (Iterable.class.isAssignableFrom(kind)) {
            return collection(value, kind, arguments[0]);
        }
        if (kind == byte[].class && value instanceof String) {
            return Base64.getDecoder().decode((String) value);
        }
        if (kind.isArray()) {
            return array(value, kind.getComponentType());
        }
        if (kind == Optional.class) {
            return Optional.of(read(value, arguments[0]));
        }
        if (kind.isEnum()) {
            for (Object constant : kind.getEnumConstants()) {
                if (((Enum<?>) constant).name().equals(value)) {
                    return constant;
                }
            }
            throw mismatch(value, kind);
        }
        if (kind.isPrimitive() || kind.getName().startsWith("java.")) {
            return scalar(value, kind);
        }
        if (!(value instanceof Map)) {
            throw mismatch(value, kind);
        }
        return bean((Map<?, ?>) value, kind);
    }

    private static Map<Object, Object> map(Object value, Class<?> kind, Type[] arguments)
            throws ReflectiveOperationException {
        if (!(value instanceof Map)) {
            throw mismatch(value, kind);
        }
        Map<Object, Object> found = kind.isAssignableFrom(LinkedHashMap.class)
                ? new LinkedHashMap<>()
                : kind.isAssignableFrom(TreeMap.class) ? new TreeMap<>() : create(kind);
        Type key = arguments.length == 2 ? arguments[0] : Object.class;
        Type item = arguments.length == 2 ? arguments[1] : Object.class;
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
            found.put(read(entry.getKey(), key), read(entry.getValue(), item));
        }
        return found;
    }

    private static Collection<Object> collection(Object value, Class<?> kind, Type item)
            throws ReflectiveOperationException {
        if (!(value instanceof List)) {
            throw mismatch(value, kind);
        }
        Collection<Object> found = kind.isAssignableFrom(ArrayList.class)
                ? new ArrayList<>()
                : kind.isAssignableFrom(LinkedHashSet.class) ? new LinkedHashSet<>() : create(kind);
        for (Object element : (List<?>) value) {
            found.add(read(element, item));
        }
        return found;
    }

    private static Object array(Object value, Type item) throws ReflectiveOperationException {
        Class<?> kind = item instanceof ParameterizedType
                ? (Class<?>) ((ParameterizedType) item).getRawType()
                : item instanceof Class ? (Class<?>) item : Object.class;
        if (!(value instanceof List)) {
            throw mismatch(value, kind);
        }
        List<?> elements = (List<?>) value;
        Object found = Array.newInstance(kind, elements.size());
        for (int index = 0; index < elements.size(); index++) {
            Array.set(found, index, read(elements.get(index), item));
        }
        return found;
    }

    private static Object scalar(Object value, Class<?> kind) throws ReflectiveOperationException {
        if (kind == boolean.class || kind == Boolean.class) {
            return value instanceof Boolean ? value : Boolean.valueOf(String.valueOf(value));
        }
        String text = String.valueOf(value);
        if (kind == char.class || kind == Character.class) {
            return text.charAt(0);
        }
        BigDecimal number = value instanceof Boolean ? null : number(text);
        if (number != null) {
            if (kind == int.class || kind == Integer.class) {
                return number.intValue();
            }
            if (kind == long.class || kind == Long.class) {
                return number.longValue();
            }
            if (kind == double.class || kind == Double.class) {
                return number.doubleValue();
            }
            if (kind == float.class || kind == Float.class) {
                return number.floatValue();
            }
            if (kind == short.class || kind == Short.class) {
                return number.shortValue();
            }
            if (kind == byte.class || kind == Byte.class) {
                return number.byteValue();
            }
            if (kind == BigDecimal.class || kind == Number.class) {
                return number;
            }
            if (kind == BigInteger.class) {
                return number.toBigInteger();
            }
            if (kind == java.util.Date.class) {
                return new java.util.Date(number.longValue());
            }
        }
        for (String factory : new String[] {"parse", "fromString", "valueOf"}) {
            Method method = method(kind, factory, String.class, CharSequence.class);
            if (method != null && Modifier.isStatic(method.getModifiers())) {
                return method.invoke(null, text);
            }
        }
        throw mismatch(value, kind);
    }

    private static Method method(Class<?> kind, String name, Class<?>... parameters) {
        for (Class<?> parameter : parameters) {
            try {
                return kind.getMethod(name, parameter);
            } catch (NoSuchMethodException error) {
                continue;
            }
        }
        return null;
    }

    private static BigDecimal number(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException error) {
            return null;
        }
    }

    private static Object bean(Map<?, ?> values, Class<?> kind) throws ReflectiveOperationException {
        Field[] components = components(kind);
        if (components != null) {
            return record(values, kind, components);
        }
        Object found = create(kind);
        for (Method method : kind.getMethods()) {
            String name = method.getName();
            boolean setter = name.startsWith("set") && name.length() > 3;
            if (setter && method.getParameterCount() == 1 && !method.isBridge()) {
                Object key = key(values, property(name.substring(3)));
                if (key != null) {
                    method.setAccessible(true);
                    method.invoke(found, read(values.get(key), method.getGenericParameterTypes()[0]));
                }
            }
        }
        for (Field field : kind.getFields()) {
            Object key = key(values, field.getName());
            if (key != null && !Modifier.isStatic(field.getModifiers())
                    && !Modifier.isFinal(field.getModifiers())) {
                field.set(found, read(values.get(key), field.getGenericType()));
            }
        }
        return found;
    }

    private static Object record(Map<?, ?> values, Class<?> kind, Field[] components)
            throws ReflectiveOperationException {
        Class<?>[] kinds = new Class<?>[components.length];
        Object[] arguments = new Object[components.length];
        for (int index = 0; index < components.length; index++) {
            Field component = components[index];
            kinds[index] = component.getType();
            Object key = key(values, component.getName());
            Object value = key == null ? null : values.get(key);
            if (value == null && component.getType().isPrimitive()) {
                value = component.getType() == boolean.class ? Boolean.FALSE : (Object) 0;
            }
            arguments[index] = read(value, component.getGenericType());
        }
        Constructor<?> constructor = kind.getDeclaredConstructor(kinds);
        constructor.setAccessible(true);
        return constructor.newInstance(arguments);
    }

    /** Return the fields of a record, which Java 16 and later have, else null. */
    private static Field[] components(Class<?> kind) {
        Class<?> parent = kind.getSuperclass();
        if (parent == null || !parent.getName().equals("java.lang.Record")) {
            return null;
        }
        List<Field> found = new ArrayList<>();
        for (Field field : kind.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                found.add(field);
            }
        }
        return found.toArray(new Field[0]);
    }

    private static Object key(Map<?, ?> values, String name) {
        if (values.containsKey(name)) {
            return name;
        }
        for (Object key : values.keySet()) {  // `Records` of an event of S3
            if (name.equalsIgnoreCase(String.valueOf(key))) {
                return key;
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private static <T> T create(Class<?> kind) throws ReflectiveOperationException {
        Constructor<?> constructor = kind.getDeclaredConstructor();
        constructor.setAccessible(true);
        return (T) constructor.newInstance();
    }

    private static IllegalArgumentException mismatch(Object value, Class<?> kind) {
        String from = value == null ? "null" : value.getClass().getSimpleName();
        return new IllegalArgumentException(
                "Cannot deserialize value of type `" + kind.getName() + "` from " + from);
    }

    /** Return an object as maps, lists, strings, numbers, booleans and null. */
    static Object plain(Object value) throws ReflectiveOperationException {
        if (value == null || value instanceof Boolean || value instanceof String) {
            return value;
        }
        if (value instanceof Number) {
            boolean finite = Double.isFinite(((Number) value).doubleValue());
            return finite || value instanceof BigDecimal ? value : String.valueOf(value);
        }
        if (value instanceof Enum) {
            return ((Enum<?>) value).name();
        }
        if (value instanceof Map) {
            Map<String, Object> found = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                found.put(String.valueOf(entry.getKey()), plain(entry.getValue()));
            }
            return found;
        }
        if (value instanceof Optional) {
            return plain(((Optional<?>) value).orElse(null));
        }
        if (value instanceof byte[]) {
            return Base64.getEncoder().encodeToString((byte[]) value);
        }
        if (value instanceof Iterable || value.getClass().isArray()) {
            List<Object> found = new ArrayList<>();
            if (value instanceof Iterable) {
                for (Object item : (Iterable<?>) value) {
                    found.add(plain(item));
                }
                return found;
            }
            for (int index = 0; index < Array.getLength(value); index++) {
                found.add(plain(Array.get(value, index)));
            }
            return found;
        }
        if (value instanceof java.util.Date) {
            return ((java.util.Date) value).getTime();
        }
        if (value.getClass().getName().startsWith("java.")) {
            return String.valueOf(value);
        }
        return properties(value);
    }

    private static Map<String, Object> properties(Object value) throws ReflectiveOperationException {
        Map<String, Object> found = new LinkedHashMap<>();
        Set<String> ignored = Set.of("getClass", "getDeclaringClass");
        for (Method method : ordered(value.getClass())) {
            String name = method.getName();
            boolean getter = name.startsWith("get") && name.length() > 3 && !ignored.contains(name);
            boolean test = name.startsWith("is") && name.length() > 2
                    && method.getReturnType() == boolean.class;
            if ((getter || test) && method.getReturnType() != void.class) {
                method.setAccessible(true);
                found.put(property(name.substring(getter ? 3 : 2)), plain(method.invoke(value)));
            }
        }
        Field[] components = components(value.getClass());
        for (Field field : components == null ? value.getClass().getFields() : components) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                found.putIfAbsent(field.getName(), plain(field.get(value)));
            }
        }
        return found;
    }

    private static List<Method> ordered(Class<?> kind) {
        Map<String, Method> found = new TreeMap<>();
        for (Method method : kind.getMethods()) {
            int modifiers = method.getModifiers();
            if (method.getParameterCount() == 0 && !Modifier.isStatic(modifiers)
                    && !method.isBridge()) {
                found.put(method.getName(), method);
            }
        }
        return new ArrayList<>(found.values());
    }

    /** Return the name of a property: `Name` is `name`, and `URL` stays as Jackson has it, `url`. */
    private static String property(String suffix) {
        int end = 0;
        while (end < suffix.length() && Character.isUpperCase(suffix.charAt(end))) {
            end++;
        }
        return suffix.substring(0, end).toLowerCase(java.util.Locale.ROOT) + suffix.substring(end);
    }
}
