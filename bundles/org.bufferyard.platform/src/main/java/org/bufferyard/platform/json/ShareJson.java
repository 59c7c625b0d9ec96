package org.bufferyard.platform.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.MatrixReport;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Share.HazardView;
import org.bufferyard.platform.verdict.Share.MappingView;
import org.bufferyard.platform.verdict.Share.SegmentView;

/**
 * Verdicts: one importer's in full, and a cell of a matrix. The caller says how a device's id is
 * written; elements of a chain stay ids. Addresses are hex strings, lengths numbers in bytes; {@code
 * page} is null for a DMA-only segment. Each call makes a fresh tree that the caller may add to.
 * Stateless, so any thread may call it.
 */
public final class ShareJson {
  private ShareJson() {}

  /**
   * @param device how the exporter's and the importer's ids are written
   */
  public static JsonObject of(Share share, UnaryOperator<String> device) {
    JsonObject json = new JsonObject();
    json.addProperty("policy", share.policy());
    json.addProperty("exporter", device.apply(share.exporter()));
    json.addProperty("importer", device.apply(share.importer()));
    json.addProperty("memory", share.memory());
    json.addProperty("ops", share.ops());
    json.addProperty("verdict", share.verdict().name());
    json.add("errno", orNull(share.errno()));
    json.add("segments", array(share.segments(), ShareJson::segment));
    json.add("mappings", array(share.mappings(), ShareJson::mapping));
    json.add("hazards", array(share.hazards(), ShareJson::hazard));
    json.add("chain", array(share.chain(), ShareJson::step));
    json.add("remedies", array(share.remedies(), JsonPrimitive::new));
    json.add("cost", cost(share.cost()));
    return json;
  }

  /** A pair; one without a verdict says why in {@code note}. */
  public static JsonObject cell(MatrixReport.Cell cell, UnaryOperator<String> device) {
    JsonObject json = new JsonObject();
    json.addProperty("policy", cell.policy());
    json.addProperty("memory", cell.memory().word());
    json.addProperty("exporter", device.apply(cell.exporter()));
    json.addProperty("importer", device.apply(cell.importer()));
    json.add("verdict", orNull(cell.verdict().map(Enum::name)));
    json.addProperty("note", cell.note());
    json.addProperty("hazards", cell.hazards());
    return json;
  }

  private static <T> JsonArray array(List<T> list, Function<T, ? extends JsonElement> json) {
    JsonArray array = new JsonArray();
    list.forEach(e -> array.add(json.apply(e)));
    return array;
  }

  private static JsonElement orNull(Optional<String> text) {
    return text.<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE);
  }

  private static JsonObject segment(SegmentView segment) {
    JsonObject json = new JsonObject();
    json.addProperty("dma", DmaAddress.hex(segment.dma()));
    json.addProperty("length", segment.length());
    json.add("page", orNull(segment.page().map(p -> DmaAddress.hex(p.phys()))));
    segment.page().ifPresent(p -> json.addProperty("pageValid", p.valid()));
    return json;
  }

  private static JsonObject mapping(MappingView mapping) {
    JsonObject json = new JsonObject();
    json.addProperty("iommu", mapping.iommu());
    json.addProperty("iova", DmaAddress.hex(mapping.iova()));
    json.addProperty("phys", DmaAddress.hex(mapping.phys()));
    json.addProperty("size", mapping.size());
    json.addProperty("prot", mapping.prot());
    return json;
  }

  private static JsonObject hazard(HazardView hazard) {
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

  private static JsonObject cost(Share.Cost cost) {
    JsonObject json = new JsonObject();
    json.addProperty("copiedBytes", cost.copiedBytes());
    json.addProperty("cacheBytes", cost.cacheBytes());
    json.addProperty("iommuMaps", cost.iommuMaps());
    json.addProperty("transferredBytes", cost.transferredBytes());
    return json;
  }
}
