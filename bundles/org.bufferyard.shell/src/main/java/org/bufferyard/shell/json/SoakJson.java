package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import org.bufferyard.platform.live.SoakReport;

/** The JSON of {@code soak}. */
public final class SoakJson {
  private SoakJson() {}

  public static JsonObject of(SoakReport report) {
    JsonObject json = new JsonObject();
    json.addProperty("seed", report.seed());
    json.addProperty("swaps", report.swaps());
    JsonObject ways = new JsonObject();
    report.byWay().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(way -> ways.addProperty(way.getKey(), way.getValue()));
    json.add("ways", ways);
    json.addProperty("exchanged", report.exchanged());
    json.addProperty("pipelines", report.pipelines());
    json.addProperty("framesIn", report.framesIn());
    json.addProperty("framesOut", report.framesOut());
    json.addProperty("framesInFlight", report.framesInFlight());
    json.addProperty("framesDropped", report.framesDropped());
    json.addProperty("wrongChecksums", report.wrongChecksums());
    json.addProperty("abandonedThreads", report.abandonedThreads());
    json.add("leaks", leaks(report.leaks()));
    json.addProperty("longestGapMs", report.longestGapMs());
    json.addProperty("seconds", report.seconds());
    JsonArray dropped = new JsonArray();
    report
        .dropped()
        .forEach(
            d -> {
              JsonObject one = new JsonObject();
              one.addProperty("reason", d.reason());
              one.addProperty("frames", d.frames());
              dropped.add(one);
            });
    json.add("dropped", dropped);
    JsonArray troubles = new JsonArray();
    report.troubles().forEach(troubles::add);
    json.add("troubles", troubles);
    return json;
  }

  private static JsonObject leaks(SoakReport.Leaks leaks) {
    JsonObject json = new JsonObject();
    json.addProperty("pages", leaks.pages());
    json.addProperty("iova", leaks.iova());
    json.addProperty("mappings", leaks.mappings());
    json.addProperty("threads", leaks.threads());
    json.addProperty("classLoaders", leaks.classLoaders());
    json.addProperty("services", leaks.services());
    return json;
  }
}
