package org.bufferyard.conform.fact;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.platform.draft.AddressTree;

/** A question of the kernel's unit test of {@code drivers/of/address.c}. */
public final class AddressFact {
  private static final int EINVAL = -22;
  private static final int ENODEV = -19;

  private final AddressTree tree;

  public AddressFact(AddressTree tree) {
    this.tree = tree;
  }

  /**
   * @throws IllegalArgumentException when the operation or its input has another shape
   */
  public JsonObject answer(String op, JsonObject input) {
    String node = node(input);
    int index = input.has("index") ? input.get("index").getAsInt() : 0;
    return switch (op) {
      case "of_dma_get_range then dma_to_phys", "of_dma_get_range then phys_to_dma" ->
          converted(input, tree.dmaRanges(node));
      case "for_each pci dma-range" -> pciRange(window(node, true, index));
      case "of_range_to_resource" -> resource(window(node, false, index));
      case "of_range_count(ranges)" -> {
        JsonObject count = new JsonObject();
        count.addProperty("count", tree.rangeCount(node));
        yield count;
      }
      case "for_each ranges" -> range(window(node, false, index));
      case "of_address_to_resource" -> register(tree.register(node, index));
      default -> throw new IllegalArgumentException("operation " + op);
    };
  }

  public static String node(JsonObject input) {
    if (!input.has("node")) {
      throw new IllegalArgumentException("no node");
    }
    return input.get("node").getAsString();
  }

  private AddressTree.Window window(String node, boolean dma, int index) {
    List<AddressTree.Window> windows = tree.windows(node, dma);
    if (index >= windows.size()) {
      throw new IllegalArgumentException(node + " has no entry " + index);
    }
    return windows.get(index);
  }

  private static JsonObject converted(JsonObject input, List<DmaRange> regions) {
    JsonObject answer = new JsonObject();
    answer.addProperty("rc", regions.isEmpty() ? ENODEV : 0);
    if (regions.isEmpty()) {
      return answer;
    }
    DmaRangeMap map = new DmaRangeMap(regions);
    RecordedPlaces.number(input.get("dma"))
        .ifPresent(dma -> answer.addProperty("phys", Answer.hex(map.toPhys(dma))));
    RecordedPlaces.number(input.get("phys"))
        .ifPresent(phys -> answer.addProperty("dma", Answer.hex(map.toDma(phys))));
    return answer;
  }

  private static JsonObject pciRange(AddressTree.Window window) {
    JsonObject answer = new JsonObject();
    answer.addProperty("size", Answer.hex(window.size()));
    answer.addProperty("cpu", cpu(window));
    answer.addProperty("pci", Answer.hex(window.bus()));
    return answer;
  }

  private static JsonObject range(AddressTree.Window window) {
    JsonObject answer = new JsonObject();
    answer.addProperty("flags", Answer.hex(window.flags()));
    answer.addProperty("size", Answer.hex(window.size()));
    answer.addProperty("cpu", cpu(window));
    answer.addProperty("bus", Answer.hex(window.bus()));
    return answer;
  }

  private static JsonObject resource(AddressTree.Window window) {
    JsonObject answer = new JsonObject();
    answer.addProperty("rc", window.cpu().isPresent() ? 0 : EINVAL);
    answer.addProperty("type", "MEM");
    answer.addProperty("start", cpu(window));
    answer.addProperty("size", Answer.hex(window.size()));
    return answer;
  }

  private static JsonObject register(Optional<PhysRange> found) {
    JsonObject answer = new JsonObject();
    answer.addProperty("rc", found.isPresent() ? 0 : EINVAL);
    found.ifPresent(range -> answer.addProperty("start", Answer.hex(range.base())));
    found.ifPresent(range -> answer.addProperty("size", Answer.hex(range.size())));
    return answer;
  }

  /** All ones, as OF_BAD_ADDR, where the way ends. */
  private static String cpu(AddressTree.Window window) {
    OptionalLong cpu = window.cpu();
    return Answer.hex(cpu.orElse(-1L));
  }
}
