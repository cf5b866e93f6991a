package serverlessstack.local;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The process of a Java function, which loads the handler and calls it.
 *
 * <p>Invocations are read from stdin, a JSON document in each line; results are written to the pipe
 * of the first argument. A line with the second argument on stdout ends the output of an invocation.
 */
public final class Bootstrap {
    private static final String OWN = Bootstrap.class.getPackage().getName();

    private Bootstrap() {}

    public static void main(String[] arguments) throws Exception {
        OutputStream answers = new FileOutputStream(arguments[0]);
        InputStream requests = System.in;
        System.setIn(InputStream.nullInputStream());
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8"));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, "UTF-8"));
        OutputStream output = new FileOutputStream(FileDescriptor.out);
        Handler handler;
        try {
            handler = Handler.load(System.getenv("_HANDLER"));
        } catch (Throwable error) {
            send(answers, output, arguments[1], Map.of("error", failure(error, null)));
            System.exit(1);
            return;
        }
        send(answers, output, arguments[1], Map.of("ready", true));
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> receive(requests, lines));
        reader.setDaemon(true);
        reader.start();
        while (true) {
            Map<?, ?> invocation = (Map<?, ?>) Json.parse(lines.take());
            send(answers, output, arguments[1], answer(handler, invocation));
        }
    }

    /** Read invocations from stdin. End the process when the emulator has ended. */
    private static void receive(InputStream requests, LinkedBlockingQueue<String> lines) {
        try {
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(requests, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (java.io.IOException error) {
            // as if it had ended
        }
        Runtime.getRuntime().halt(0);
    }

    private static Map<String, Object> answer(Handler handler, Map<?, ?> invocation) {
        Object trace = invocation.get("trace_id");
        if (trace == null) {
            System.clearProperty("com.amazonaws.xray.traceHeader");
        } else {
            System.setProperty("com.amazonaws.xray.traceHeader", String.valueOf(trace));
        }
        try {
            return Map.of("result", handler.call(invocation.get("event"), new Context(invocation)));
        } catch (Throwable error) {
            return Map.of("error", failure(error, invocation.get("request_id")));
        }
    }

    /** Return an exception as Lambda returns it to callers. */
    private static Map<String, Object> failure(Throwable error, Object requestId) {
        Map<String, Object> found = new LinkedHashMap<>();
        String message = error.getMessage();
        found.put("errorMessage", message == null ? error.toString() : message);
        found.put("errorType", error.getClass().getName());
        found.put("requestId", requestId == null ? "" : requestId);
        List<Object> frames = new ArrayList<>();
        for (StackTraceElement frame : error.getStackTrace()) {
            String place = frame.getClassName();
            boolean own = place.startsWith(OWN + ".");
            if (!own && !place.startsWith("java.lang.reflect.") && !place.contains(".reflect.")) {
                frames.add(frame.toString());
            }
        }
        found.put("stackTrace", frames);
        return found;
    }

    private static void send(
            OutputStream answers, OutputStream output, String marker, Map<String, Object> document)
            throws java.io.IOException {
        System.out.flush();
        System.err.flush();
        output.write((marker + "\n").getBytes(StandardCharsets.UTF_8));
        output.flush();
        answers.write((Json.write(document) + "\n").getBytes(StandardCharsets.UTF_8));
        answers.flush();
    }
}
