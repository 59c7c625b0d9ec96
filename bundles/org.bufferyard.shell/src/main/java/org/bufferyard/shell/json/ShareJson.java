package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.platform.spec.DeviceNames;
import org.bufferyard.platform.verdict.ChainStep;
import org.bufferyard.platform.verdict.Share;
import org.bufferyard.platform.verdict.Share.HazardView;
import org.bufferyard.platform.verdict.Share.MappingView;
import org.bufferyard.platform.verdict.Share.SegmentView;
import org.bufferyard.platform.verdict.ShareReport;

/**
 * The answer to explain. Devices are named as explain understands them, elements of a chain by id.
 * Addresses are hex strings, lengths numbers; {@code page} is null for a
 * DMA-only segment.
 */
public final class ShareJson {
  private ShareJson() {}

  public static JsonObject of(ShareReport report, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("board", report.board());
    json.addProperty("kernel", report.kernel());
    JsonArray results = new JsonArray();
    report.results().forEach(r -> results.add(of(r, names)));
    json.add("results", results);
    return json;
  }

  static JsonObject of(Share share, DeviceNames names) {
    JsonObject json = new JsonObject();
    json.addProperty("policy", share.policy());
    json.addProperty("exporter", names.shortest(share.exporter()));
    json.addProperty("importer", names.shortest(share.importer()));
    json.addProperty("memory", share.memory());
    json.addProperty("ops", share.ops());
    json.addProperty("verdict", share.verdict().name());
    json.add(
        "errno",
        share
            .errno()
            .<com.google.gson.JsonElement>map(JsonPrimitive::new)
            .orElse(JsonNull.INSTANCE));
    JsonArray segments = new JsonArray();
    share.segments().forEach(s -> segments.add(segment(s)));
    json.add("segments", segments);
    JsonArray mappings = new JsonArray();
    share.mappings().forEach(m -> mappings.add(mapping(m)));
    json.add("mappings", mappings);
    JsonArray hazards = new JsonArray();
    share.hazards().forEach(h -> hazards.add(hazard(h)));
    json.add("hazards", hazards);
    JsonArray chain = new JsonArray();
    share.chain().forEach(s -> chain.add(step(s)));
    json.add("chain", chain);
    JsonArray remedies = new JsonArray();
    share.remedies().forEach(remedies::add);
    json.add("remedies", remedies);
    JsonObject cost = new JsonObject();
    cost.addProperty("copiedBytes", share.cost().copiedBytes());
    cost.addProperty("cacheBytes", share.cost().cacheBytes());
    cost.addProperty("iommuMaps", share.cost().iommuMaps());
    cost.addProperty("transferredBytes", share.cost().transferredBytes());
    json.add("cost", cost);
    return json;
  }

  private static JsonObject segment(SegmentView segment) {
    JsonObject json = new JsonObject();
    json.addProperty("dma", DmaAddress.hex(segment.dma()));
    json.addProperty("length", segment.length());
    if (segment.page().isPresent()) {
      json.addProperty("page", DmaAddress.hex(segment.page().get().phys()));
      json.addProperty("pageValid", segment.page().get().valid());
    } else {
      json.add("page", JsonNull.INSTANCE);
    }
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
}
