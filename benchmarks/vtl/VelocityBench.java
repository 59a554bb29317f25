import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;
import org.apache.velocity.Template;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.event.InvalidReferenceEventHandler;
import org.apache.velocity.context.Context;
import org.apache.velocity.runtime.RuntimeInstance;
import org.apache.velocity.util.introspection.Info;

/**
 * Times Apache Velocity 1.7, configured as API Gateway runs it, with the body read by Jayway JsonPath.
 *
 * In: one JSON object a line, {"template", "body", "path", "querystring", "warm", "round", "rounds"} (seconds, seconds,
 * number). Out, in seconds of processor time with its collector's: {"seconds": [mean of each round], "output": text}. A rendering makes $input anew and parses the body.
 */
public final class VelocityBench {
    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private VelocityBench() {}

    /** A reference that is not there is the empty string. */
    public static final class EmptyReference implements InvalidReferenceEventHandler {
        @Override
        public Object invalidGetMethod(Context c, String reference, Object object, String property, Info info) {
            return "";
        }

        @Override
        public boolean invalidSetMethod(Context c, String left, String right, Info info) {
            return false;
        }

        @Override
        public Object invalidMethod(Context c, String reference, Object object, String method, Info info) {
            return "";
        }
    }

    /** $input of one rendering. */
    public static final class Input {
        private final String body;
        private final Map<String, Map<String, Object>> parameters;
        private DocumentContext document;

        Input(String body, Map<String, Map<String, Object>> parameters) {
            this.body = body;
            this.parameters = parameters;
        }

        public Object path(String path) {
            if (document == null) {
                document = JsonPath.using(Configuration.defaultConfiguration()).parse(body);
            }
            try {
                return document.read(path);
            } catch (PathNotFoundException e) {
                return null;
            }
        }

        public Map<String, Map<String, Object>> params() {
            return parameters;
        }

        public Object params(String name) {
            for (Map<String, Object> kind : parameters.values()) {
                if (kind.containsKey(name)) {
                    return kind.get(name);
                }
            }
            return null;
        }
    }

    public static void main(String[] arguments) throws Exception {
        RuntimeInstance engine = new RuntimeInstance();
        engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.setProperty("velocimacro.library", "");
        engine.setProperty("eventhandler.invalidreferences.class", EmptyReference.class.getName());
        engine.setProperty("velocimacro.permissions.allow.inline", "false");
        engine.init();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSONValue.toJSONString(answer(engine, (Map<?, ?>) JSONValue.parse(line)), JSONStyle.LT_COMPRESS));
        }
    }

    private static Map<String, Object> answer(RuntimeInstance engine, Map<?, ?> request) throws Exception {
        Template template = new Template();
        template.setRuntimeServices(engine);
        template.setData(engine.parse(new StringReader((String) request.get("template")), "template"));
        template.initDocument();
        double round = ((Number) request.get("round")).doubleValue();
        long end = System.nanoTime() + (long) (1e9 * ((Number) request.get("warm")).doubleValue());
        String output = render(template, request);
        int warmed = 1;
        while (System.nanoTime() < end) {
            output = render(template, request);
            warmed++;
        }
        int batch = Math.max(1, warmed / 1000);
        double[] means = new double[((Number) request.get("rounds")).intValue()];
        for (int i = 0; i < means.length; i++) {
            long start = PROCESS.getProcessCpuTime();
            int times = 0;
            while (PROCESS.getProcessCpuTime() - start < 1e9 * round) {
                for (int j = 0; j < batch; j++) {
                    render(template, request);
                }
                times += batch;
            }
            means[i] = (PROCESS.getProcessCpuTime() - start) / 1e9 / times;
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("seconds", Arrays.stream(means).boxed().toArray());
        answer.put("output", output);
        return answer;
    }

    @SuppressWarnings("unchecked")
    private static String render(Template template, Map<?, ?> request) throws Exception {
        Map<String, Map<String, Object>> parameters = new LinkedHashMap<>();
        parameters.put("path", (Map<String, Object>) request.get("path"));
        parameters.put("querystring", (Map<String, Object>) request.get("querystring"));
        parameters.put("header", new HashMap<>());
        Map<String, Object> context = new HashMap<>();
        context.put("requestId", "r");
        Map<String, Object> override = new HashMap<>();
        override.put("header", new HashMap<String, Object>());
        context.put("requestOverride", override);
        context.put("responseOverride", new HashMap<>(override));
        VelocityContext variables = new VelocityContext();
        variables.put("input", new Input((String) request.get("body"), parameters));
        variables.put("context", context);
        StringWriter writer = new StringWriter();
        template.merge(variables, writer);
        return writer.toString();
    }
}
