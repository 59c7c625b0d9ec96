package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.MatrixReport.Cell;

/** All pairs, one object a cell; a pair without a verdict says why in {@code note}. */
public final class MatrixJson {
  private MatrixJson() {}

  public static JsonObject of(MatrixReport report, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("board", report.board());
    json.addProperty("kernel", report.kernel());
    JsonArray cells = new JsonArray();
    report.cells().forEach(c -> cells.add(cell(c, names)));
    json.add("cells", cells);
    return json;
  }

  private static JsonObject cell(Cell cell, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("policy", cell.policy());
    json.addProperty("memory", cell.memory().word());
    json.addProperty("exporter", names.shortest(cell.exporter()));
    json.addProperty("importer", names.shortest(cell.importer()));
    json.add(
        "verdict",
        cell.verdict().<JsonElement>map(v -> new JsonPrimitive(v.name())).orElse(JsonNull.INSTANCE));
    json.addProperty("note", cell.note());
    json.addProperty("hazards", cell.hazards());
    return json;
  }
}
