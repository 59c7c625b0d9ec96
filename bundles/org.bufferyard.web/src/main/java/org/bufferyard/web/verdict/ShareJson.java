package org.bufferyard.web.verdict;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.Share;

/**
 * Answers as the command line writes them, but with devices by id: on the page ids are keys. Stateless.
 */
final class ShareJson {
  private ShareJson() {}

  static <T> JsonArray array(List<T> list, Function<T, ? extends JsonElement> json) {
    JsonArray array = new JsonArray();
    list.forEach(e -> array.add(json.apply(e)));
    return array;
  }

  private static JsonElement orNull(Optional<String> text) {
    return text.<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE);
  }

  /**
   * @param path ids of what the bytes pass
   */
  static JsonObject of(Share share, List<String> path) {
    JsonObject json = new JsonObject();
    json.addProperty("policy", share.policy());
    json.addProperty("exporter", share.exporter());
    json.addProperty("importer", share.importer());
    json.addProperty("memory", share.memory());
    json.addProperty("ops", share.ops());
    json.addProperty("verdict", share.verdict().name());
    json.add("errno", orNull(share.errno()));
    json.add("stop", orNull(share.stop()));
    json.add("segments", array(share.segments(), ShareJson::segment));
    json.add("mappings", array(share.mappings(), ShareJson::mapping));
    json.add("hazards", array(share.hazards(), ShareJson::hazard));
    json.add("chain", array(share.chain(), ShareJson::step));
    json.add("remedies", array(share.remedies(), JsonPrimitive::new));
    JsonObject cost = new JsonObject();
    cost.addProperty("copiedBytes", share.cost().copiedBytes());
    cost.addProperty("cacheBytes", share.cost().cacheBytes());
    cost.addProperty("iommuMaps", share.cost().iommuMaps());
    cost.addProperty("transferredBytes", share.cost().transferredBytes());
    json.add("cost", cost);
    json.add("path", array(path, JsonPrimitive::new));
    return json;
  }

  private static JsonObject segment(Share.SegmentView segment) {
    JsonObject json = new JsonObject();
    json.addProperty("dma", DmaAddress.hex(segment.dma()));
    json.addProperty("length", segment.length());
    json.add("page", orNull(segment.page().map(p -> DmaAddress.hex(p.phys()))));
    segment.page().ifPresent(p -> json.addProperty("pageValid", p.valid()));
    return json;
  }

  private static JsonObject mapping(Share.MappingView mapping) {
    JsonObject json = new JsonObject();
    json.addProperty("iommu", mapping.iommu());
    json.addProperty("iova", DmaAddress.hex(mapping.iova()));
    json.addProperty("phys", DmaAddress.hex(mapping.phys()));
    json.addProperty("size", mapping.size());
    json.addProperty("prot", mapping.prot());
    return json;
  }

  private static JsonObject hazard(Share.HazardView hazard) {
    JsonObject json = new JsonObject();
    json.addProperty("rule", hazard.rule());
    json.addProperty("element", hazard.element());
    json.addProperty("text", hazard.text());
    return json;
  }

  private static JsonObject step(ChainStep step) {
    JsonObject json = new JsonObject();
    json.addProperty("step", step.step());
    json.addProperty("rule", step.rule());
    json.addProperty("kernel", step.kernel());
    json.addProperty("element", step.element());
    json.addProperty("text", step.text());
    JsonObject values = new JsonObject();
    step.values().forEach(values::addProperty);
    json.add("values", values);
    return json;
  }

  static JsonObject cell(MatrixReport.Cell cell) {
    JsonObject json = new JsonObject();
    json.addProperty("policy", cell.policy());
    json.addProperty("memory", cell.memory().word());
    json.addProperty("exporter", cell.exporter());
    json.addProperty("importer", cell.importer());
    json.add("verdict", orNull(cell.verdict().map(Enum::name)));
    json.addProperty("stopped", cell.stopped());
    json.addProperty("note", cell.note());
    json.addProperty("hazards", cell.hazards());
    return json;
  }
}
