package org.bufferyard.web.verdict;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bufferyard.platform.json.ShareJson;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.Share;

/**
 * Verdicts for the page: devices by id, since ids are its keys, and what it draws beside them. Stateless.
 */
final class VerdictJson {
  private VerdictJson() {}

  /**
   * @param path ids of what the bytes pass
   */
  static JsonObject of(Share share, List<String> path) {
    JsonObject json = ShareJson.of(share, UnaryOperator.identity());
    json.add("stop", share.stop().<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE));
    json.add("path", array(path, JsonPrimitive::new));
    return json;
  }

  static JsonObject cell(MatrixReport.Cell cell) {
    JsonObject json = ShareJson.cell(cell, UnaryOperator.identity());
    json.addProperty("stopped", cell.stopped());
    return json;
  }

  static <T> JsonArray array(List<T> list, Function<T, ? extends JsonElement> json) {
    JsonArray array = new JsonArray();
    list.forEach(e -> array.add(json.apply(e)));
    return array;
  }
}
