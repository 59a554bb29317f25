import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;

/**
 * Answers one JSON object a line, {"document": text, "path": text}, with {"value": ...} or {"failure": ...}.
 *
 * Jayway's defaults: json-smart, no option, a path compiled anew for every case. A value keeps its Java type: a
 * double is {"double": text}, a BigDecimal {"decimal": text}, a set of keys {"keys": [...]}. A failure is one of body (the document
 * cannot be read), path (no JSONPath), missing (PathNotFoundException), error (any other exception).
 */
public final class JsonPathOracle {
    private JsonPathOracle() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Map<?, ?> request = (Map<?, ?>) JSONValue.parse(line);
            out.println(JSONValue.toJSONString(answer((String) request.get("document"), (String) request.get("path")),
                    JSONStyle.LT_COMPRESS));
        }
    }

    private static Map<String, Object> answer(String text, String path) {
        Configuration configuration = Configuration.defaultConfiguration();
        Map<String, Object> answer = new LinkedHashMap<>();
        Object document;
        try {
            document = configuration.jsonProvider().parse(text);
        } catch (RuntimeException e) {
            answer.put("failure", "body");
            return answer;
        }
        JsonPath compiled;
        try {
            compiled = JsonPath.compile(path);
        } catch (RuntimeException | StackOverflowError e) {
            answer.put("failure", "path");
            return answer;
        }
        try {
            Object value = tagged(compiled.read(document, configuration));
            answer.put("value", value);
        } catch (PathNotFoundException e) {
            answer.put("failure", "missing");
        } catch (RuntimeException e) {
            answer.put("failure", "error");
        }
        return answer;
    }

    private static Object tagged(Object value) {
        if (value instanceof Double || value instanceof Float) {
            return Map.of("double", value.toString());
        }
        if (value instanceof BigDecimal) {
            return Map.of("decimal", value.toString());
        }
        if (value instanceof Set<?> keys) {
            return Map.of("keys", List.copyOf(keys));
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> members = new LinkedHashMap<>();
            map.forEach((key, member) -> members.put((String) key, tagged(member)));
            return Map.of("object", members);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(JsonPathOracle::tagged).collect(java.util.stream.Collectors.toList());
        }
        return value;
    }
}
