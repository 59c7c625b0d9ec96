package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.bufferyard.platform.json.ShareJson;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.ShareReport;

/** The answer to explain. Devices are named as explain understands them. */
public final class ExplainJson {
  private ExplainJson() {}

  public static JsonObject of(ShareReport report, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("board", report.board());
    json.addProperty("kernel", report.kernel());
    JsonArray results = new JsonArray();
    report.results().forEach(r -> results.add(ShareJson.of(r, names::shortest)));
    json.add("results", results);
    return json;
  }
}
