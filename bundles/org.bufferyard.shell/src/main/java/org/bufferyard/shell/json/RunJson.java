package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.RunReport.ImporterReport;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.spec.DeviceNames;

/** What a scenario did. */
public final class RunJson {
  private RunJson() {}

  public static JsonObject of(RunReport report, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("scenario", report.scenario());
    json.addProperty("kernel", report.kernel());
    json.addProperty("asExpected", report.asExpected());
    JsonArray pipelines = new JsonArray();
    report.pipelines().forEach(p -> pipelines.add(pipeline(p, names)));
    json.add("pipelines", pipelines);
    return json;
  }

  private static JsonObject pipeline(PipelineReport pipeline, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("name", pipeline.name());
    json.addProperty("framesIn", pipeline.framesIn());
    json.addProperty("framesOut", pipeline.framesOut());
    JsonArray dropped = new JsonArray();
    pipeline
        .dropped()
        .forEach(
            d -> {
              JsonObject loss = new JsonObject();
              loss.addProperty("reason", d.reason());
              loss.addProperty("frames", d.frames());
              dropped.add(loss);
            });
    json.add("dropped", dropped);
    json.addProperty("wrongChecksums", pipeline.wrongChecksums());
    json.addProperty("bouncedBytes", pipeline.bouncedBytes());
    JsonArray importers = new JsonArray();
    pipeline.importers().forEach(i -> importers.add(importer(i, names)));
    json.add("importers", importers);
    return json;
  }

  private static JsonObject importer(ImporterReport importer, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("importer", names.shortest(importer.importer()));
    json.add(
        "expected",
        importer
            .expected()
            .<com.google.gson.JsonElement>map(v -> new JsonPrimitive(v.name()))
            .orElse(JsonNull.INSTANCE));
    json.addProperty("asExpected", importer.asExpected());
    json.add("share", ShareJson.of(importer.share(), names));
    return json;
  }
}
