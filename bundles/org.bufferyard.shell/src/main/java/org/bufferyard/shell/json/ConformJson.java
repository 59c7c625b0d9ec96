package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import org.bufferyard.platform.conform.ConformReport;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.conform.ConformReport.ScenarioTally;
import org.bufferyard.platform.conform.ConformReport.Tally;

/** Agreement with recorded kernels; every difference is listed. */
public final class ConformJson {
  private ConformJson() {}

  public static JsonObject of(ConformReport report) {
    JsonObject json = new JsonObject();
    json.add("total", tally(report.total()));
    JsonArray scenarios = new JsonArray();
    report.scenarios().forEach(s -> scenarios.add(scenario(s)));
    json.add("scenarios", scenarios);
    JsonArray differences = new JsonArray();
    report.differences().forEach(d -> differences.add(difference(d)));
    json.add("differences", differences);
    JsonObject reasons = new JsonObject();
    report.skipReasons().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(e -> reasons.addProperty(e.getKey(), e.getValue()));
    json.add("skipReasons", reasons);
    json.addProperty("explained", report.explained());
    return json;
  }

  private static JsonObject tally(Tally tally) {
    JsonObject json = new JsonObject();
    json.addProperty("cases", tally.cases());
    json.addProperty("agree", tally.agree());
    json.addProperty("differ", tally.differ());
    json.addProperty("skipped", tally.skipped());
    json.addProperty("advisory", tally.advisory());
    return json;
  }

  private static JsonObject scenario(ScenarioTally scenario) {
    JsonObject json = new JsonObject();
    json.addProperty("scenario", scenario.scenario());
    json.addProperty("run", scenario.run());
    tally(scenario.tally()).asMap().forEach(json::add);
    return json;
  }

  private static JsonObject difference(Difference difference) {
    JsonObject json = new JsonObject();
    json.addProperty("scenario", difference.scenario());
    json.addProperty("run", difference.run());
    json.addProperty("id", difference.id());
    json.addProperty("op", difference.op());
    json.addProperty("field", difference.field());
    json.addProperty("expected", difference.expected());
    json.addProperty("actual", difference.actual());
    difference.why().ifPresent(why -> json.addProperty("why", why));
    return json;
  }
}
