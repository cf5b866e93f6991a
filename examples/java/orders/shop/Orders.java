package shop;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Orders by id. A plain JDK compiles it: the event and the answer are plain objects. */
public class Orders {
    private final Map<String, String> customers = new TreeMap<>(Map.of("7", "Ada"));

    /** What API Gateway expects. Lambda makes JSON of the getters. */
    public static class Answer {
        private final int statusCode;
        private final String body;

        Answer(int statusCode, String body) {
            this.statusCode = statusCode;
            this.body = body;
        }

        public int getStatusCode() {
            return statusCode;
        }

        public String getBody() {
            return body;
        }
    }

    public Answer handle(Map<String, Object> event) {
        String id = String.valueOf(event.get("path")).replace("/orders/", "");
        if ("PUT".equals(event.get("httpMethod"))) {
            customers.put(id, bodyOf(event));
        }
        String customer = customers.get(id);
        System.out.println("order " + id + " of " + customer);
        return customer == null
                ? new Answer(404, "there is no order " + id)
                : new Answer(200, customer);
    }

    /** A ProxyApi passes bodies in base64, so that binary ones arrive unchanged. */
    private static String bodyOf(Map<String, Object> event) {
        String body = String.valueOf(event.get("body"));
        boolean isEncoded = Boolean.TRUE.equals(event.get("isBase64Encoded"));
        return isEncoded
                ? new String(Base64.getDecoder().decode(body), StandardCharsets.UTF_8)
                : body;
    }
}
