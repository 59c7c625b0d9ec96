package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.bufferyard.platform.json.ShareJson;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.MatrixReport;

/** All pairs, one object a cell; a pair without a verdict says why in {@code note}. */
public final class MatrixJson {
  private MatrixJson() {}

  public static JsonObject of(MatrixReport report, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("board", report.board());
    json.addProperty("kernel", report.kernel());
    JsonArray cells = new JsonArray();
    report.cells().forEach(c -> cells.add(ShareJson.cell(c, names::shortest)));
    json.add("cells", cells);
    return json;
  }
}
