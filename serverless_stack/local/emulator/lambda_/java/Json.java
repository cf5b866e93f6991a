package serverlessstack.local;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as maps, lists, strings, numbers, booleans and null. */
final class Json {
    private final String text;
    private int place;

    private Json(String text) {
        this.text = text;
    }

    static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.space();
        if (json.place != text.length()) {
            throw json.wrong();
        }
        return value;
    }

    private Object value() {
        space();
        switch (peek()) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object() {
        Map<String, Object> found = new LinkedHashMap<>();
        place++;
        space();
        while (peek() != '}') {
            space();
            String name = string();
            space();
            take(':');
            found.put(name, value());
            space();
            if (peek() == ',') {
                place++;
            }
        }
        place++;
        return found;
    }

    private List<Object> array() {
        List<Object> found = new ArrayList<>();
        place++;
        space();
        while (peek() != ']') {
            found.add(value());
            space();
            if (peek() == ',') {
                place++;
            }
        }
        place++;
        return found;
    }

    private String string() {
        take('"');
        StringBuilder found = new StringBuilder();
        while (peek() != '"') {
            char letter = text.charAt(place++);
            if (letter != '\\') {
                found.append(letter);
                continue;
            }
            char escaped = text.charAt(place++);
            int known = "bfnrt".indexOf(escaped);
            if (escaped == 'u') {
                found.append((char) Integer.parseInt(text.substring(place, place + 4), 16));
                place += 4;
            } else {
                found.append(known < 0 ? escaped : "\b\f\n\r\t".charAt(known));
            }
        }
        place++;
        return found.toString();
    }

    private Object number() {
        int start = place;
        while (place < text.length() && "+-.eE0123456789".indexOf(text.charAt(place)) >= 0) {
            place++;
        }
        String digits = text.substring(start, place);
        if (digits.isEmpty()) {
            throw wrong();
        }
        if (!digits.matches("-?\\d+")) {
            return Double.valueOf(digits);
        }
        BigInteger whole = new BigInteger(digits);
        if (whole.bitLength() < 32) {
            return whole.intValue();
        }
        return whole.bitLength() < 64 ? (Object) whole.longValue() : whole;
    }

    private Object word(String name, Object value) {
        if (!text.startsWith(name, place)) {
            throw wrong();
        }
        place += name.length();
        return value;
    }

    private void space() {
        while (place < text.length() && " \t\r\n".indexOf(text.charAt(place)) >= 0) {
            place++;
        }
    }

    private char peek() {
        if (place >= text.length()) {
            throw wrong();
        }
        return text.charAt(place);
    }

    private void take(char expected) {
        if (peek() != expected) {
            throw wrong();
        }
        place++;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not valid JSON at character " + place);
    }

    /** Write a value that has maps, lists, strings, numbers, booleans and null only. */
    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map) {
            char before = '{';
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(before);
                write(String.valueOf(entry.getKey()), out);
                out.append(':');
                write(entry.getValue(), out);
                before = ',';
            }
            out.append(before == '{' ? "{}" : "}");
        } else if (value instanceof List) {
            char before = '[';
            for (Object item : (List<?>) value) {
                out.append(before);
                write(item, out);
                before = ',';
            }
            out.append(before == '[' ? "[]" : "]");
        } else if (value instanceof String) {
            quote((String) value, out);
        } else {
            out.append(value);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int index = 0; index < text.length(); index++) {
            char letter = text.charAt(index);
            if (letter == '"' || letter == '\\') {
                out.append('\\').append(letter);
            } else if (letter < ' ' || letter > '~') {
                out.append(String.format("\\u%04x", (int) letter));
            } else {
                out.append(letter);
            }
        }
        out.append('"');
    }
}
