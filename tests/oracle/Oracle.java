import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import net.minidev.json.JSONObject;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;
import net.minidev.json.parser.JSONParser;
import org.apache.commons.lang.StringEscapeUtils;
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
 * order). A template that has a macro gets an engine of its own, so no macro outlives it. With "request": {"body",
 * "params": {"path", "querystring", "header"}} a template sees $input, whose paths Jayway reads, and $util.
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

    /** $input: the body read by Jayway JsonPath; a path that is not there is null, and two quotes as JSON. */
    public static final class Input {
        private final String body;
        private final Map<String, Map<String, Object>> parameters;
        private final DocumentContext document;

        Input(Map<String, Object> request) {
            body = (String) request.get("body");
            parameters = Oracle.<Map<String, Map<String, Object>>>cast(request.get("params"));
            document = JsonPath.parse(body);
        }

        public String getBody() {
            return body;
        }

        public Object path(String path) {
            try {
                return document.read(path);
            } catch (InvalidPathException missing) {
                return null;
            }
        }

        public String json(String path) {
            Object value = path(path);
            return value == null ? "\"\"" : JSONValue.toJSONString(value).replace("\\/", "/");
        }

        public Object params() {
            return parameters;
        }

        public Object params(String name) {
            return parameters.values().stream().map(kind -> kind.get(name)).filter(v -> v != null).findFirst().orElse(null);
        }
    }

    /** $util: commons-lang's and java.net's functions. */
    public static final class Util {
        public String escapeJavaScript(String text) {
            return StringEscapeUtils.escapeJavaScript(text);
        }

        public Object parseJson(String text) {
            return JsonPath.parse(text).json();
        }

        public String urlEncode(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }

        public String urlDecode(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }

        public String base64Encode(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }

        public String base64Decode(String text) {
            return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
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
            try {
                Map<String, Object> context = new LinkedHashMap<>();
                if (request.get("context") != null) {
                    context.putAll((Map<String, Object>) request.get("context"));
                }
                if (request.get("request") != null) {
                    context.put("input", new Input((Map<String, Object>) request.get("request")));
                    context.put("util", new Util());
                }
                answer.put("output", render(
                        (String) request.get("template"), "aws".equals(request.get("dialect")), context));
            } catch (Exception | StackOverflowError | OutOfMemoryError error) {
                answer.put("error", error.getClass().getSimpleName());
                answer.put("message", String.valueOf(error.getMessage()));
            }
            out.println(JSONObject.toJSONString(answer, JSONStyle.NO_COMPRESS));
            out.flush();
        }
    }
}
