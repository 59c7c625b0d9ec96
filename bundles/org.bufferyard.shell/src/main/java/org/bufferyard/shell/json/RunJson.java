package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Optional;
import org.bufferyard.platform.json.ShareJson;
import org.bufferyard.platform.scenario.RunReport;
import org.bufferyard.platform.scenario.RunReport.ImporterReport;
import org.bufferyard.platform.scenario.RunReport.Observed;
import org.bufferyard.platform.scenario.RunReport.PipelineReport;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.Verdict;
import org.bufferyard.platform.yard.TranslationCache;

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
    JsonArray findings = new JsonArray();
    report
        .findings()
        .forEach(
            found -> {
              JsonObject finding = FindingJson.of(found.first(), names);
              finding.addProperty("times", found.times());
              findings.add(finding);
            });
    json.add("findings", findings);
    JsonArray iommus = new JsonArray();
    report.translationCaches().forEach(c -> iommus.add(iommu(c)));
    json.add("iommus", iommus);
    return json;
  }

  private static JsonObject iommu(TranslationCache cache) {
    JsonObject json = new JsonObject();
    json.addProperty("iommu", cache.iommu());
    JsonObject iotlb = new JsonObject();
    iotlb.addProperty("hits", cache.counts().hits());
    iotlb.addProperty("misses", cache.counts().misses());
    iotlb.addProperty("evictions", cache.counts().evictions());
    iotlb.addProperty("invalidations", cache.counts().invalidations());
    iotlb.addProperty("invalidated", cache.counts().invalidated());
    json.add("iotlb", iotlb);
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
    pipeline
        .cpu()
        .ifPresent(
            c -> {
              JsonObject cpu = seen(c.observed());
              cpu.add("expected", expected(c.expected()));
              cpu.addProperty("asExpected", c.asExpected());
              json.add("cpu", cpu);
            });
    JsonArray incidents = new JsonArray();
    pipeline.incidents().forEach(incidents::add);
    json.add("incidents", incidents);
    JsonArray importers = new JsonArray();
    pipeline.importers().forEach(i -> importers.add(importer(i, names)));
    json.add("importers", importers);
    return json;
  }

  private static JsonObject importer(ImporterReport importer, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("importer", names.shortest(importer.importer()));
    json.addProperty("verdict", importer.verdict().name());
    json.add("expected", expected(importer.expected()));
    json.addProperty("asExpected", importer.asExpected());
    json.add("seen", seen(importer.observed()));
    json.add("share", ShareJson.of(importer.share(), names::shortest));
    return json;
  }

  private static JsonElement expected(Optional<Verdict> verdict) {
    return verdict.<JsonElement>map(v -> new JsonPrimitive(v.name())).orElse(JsonNull.INSTANCE);
  }

  private static JsonObject seen(Observed observed) {
    JsonObject json = new JsonObject();
    json.addProperty("verdict", observed.verdict().name());
    json.addProperty("text", observed.text());
    return json;
  }
}
