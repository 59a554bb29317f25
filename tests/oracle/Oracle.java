import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import net.minidev.json.JSONObject;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;
import net.minidev.json.parser.JSONParser;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.event.InvalidReferenceEventHandler;
import org.apache.velocity.context.Context;
import org.apache.velocity.runtime.RuntimeInstance;
import org.apache.velocity.runtime.directive.Directive;
import org.apache.velocity.util.introspection.Info;

/**
 * Renders templates with Apache Velocity 1.7: one JSON object a line in, one a line out.
 *
 * In: {"id", "template", "dialect": "aws" | "velocity", "context": {name: value}}. Out: {"id", "output"} or
 * {"id", "error": class of the exception}. Values are parsed as JsonPath 2.10.0 parses a body (json-smart, maps in
 * order). A template that has a macro gets an engine of its own, so no macro outlives it.
 */
public final class Oracle {

    /** In AWS's configuration a reference that is not there is the empty string. */
    public static final class EmptyReference implements InvalidReferenceEventHandler {
        public Object invalidGetMethod(Context c, String reference, Object object, String property, Info info) {
            return "";
        }

        public boolean invalidSetMethod(Context c, String left, String right, Info info) {
            return false;
        }

        public Object invalidMethod(Context c, String reference, Object object, String method, Info info) {
            return "";
        }
    }

    private static final class Engine extends RuntimeInstance {
        private final boolean aws;

        Engine(boolean aws) {
            this.aws = aws;
            setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
            setProperty("velocimacro.library", "");
            if (aws) {
                setProperty("eventhandler.invalidreferences.class", EmptyReference.class.getName());
                setProperty("velocimacro.permissions.allow.inline", "false");
            }
            init();
        }

        @Override
        public Directive getDirective(String name) {
            return aws && "evaluate".equals(name) ? null : super.getDirective(name);
        }
    }

    private static final Map<Boolean, Engine> ENGINES = new LinkedHashMap<>();

    private static Engine engine(String template, boolean aws) {
        return template.contains("macro") ? new Engine(aws) : ENGINES.computeIfAbsent(aws, Engine::new);
    }

    private static String render(String template, boolean aws, Map<String, Object> context) throws Exception {
        VelocityContext variables = new VelocityContext();
        for (Map.Entry<String, Object> entry : context.entrySet()) {
            variables.put(entry.getKey(), entry.getValue());
        }
        StringWriter out = new StringWriter();
        engine(template, aws).evaluate(variables, out, "template", new StringReader(template));
        return out.toString();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> parse(String text) throws Exception {
        return (Map<String, Object>)
                new JSONParser(JSONParser.MODE_PERMISSIVE).parse(text, JSONValue.defaultReader.DEFAULT_ORDERED);
    }

    @SuppressWarnings("unchecked")
    public static void main(String[] arguments) throws Exception {
        Thread.currentThread().setContextClassLoader(Oracle.class.getClassLoader());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Map<String, Object> request = parse(line);
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("id", request.get("id"));
            Object context = request.get("context");
            try {
                answer.put("output", render(
                        (String) request.get("template"),
                        "aws".equals(request.get("dialect")),
                        context == null ? Map.of() : (Map<String, Object>) context));
            } catch (Exception | StackOverflowError | OutOfMemoryError error) {
                answer.put("error", error.getClass().getSimpleName());
                answer.put("message", String.valueOf(error.getMessage()));
            }
            out.println(JSONObject.toJSONString(answer, JSONStyle.NO_COMPRESS));
            out.flush();
        }
    }
}
