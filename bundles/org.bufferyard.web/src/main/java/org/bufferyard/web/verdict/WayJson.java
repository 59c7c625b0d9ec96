package org.bufferyard.web.verdict;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.HashSet;
import java.util.Set;
import org.bufferyard.topology.model.Notation;
import org.bufferyard.topology.model.board.Bus;
import org.bufferyard.topology.model.board.Component;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.DmaRange;
import org.bufferyard.topology.model.board.Topology;

/** The buses between a device and the memory, with their windows as they stand in the board. Stateless. */
final class WayJson {
  private WayJson() {}

  static JsonArray of(Topology board, String id) {
    JsonArray way = new JsonArray();
    for (var all = board.eAllContents(); all.hasNext(); ) {
      if (all.next() instanceof Device device && id.equals(device.getId())) {
        climb(device, way);
      }
    }
    return way;
  }

  private static void climb(Device device, JsonArray way) {
    Set<Component> seen = new HashSet<>();
    Object above = device.getDmaParent() == null ? device.eContainer() : device.getDmaParent();
    while (above instanceof Bus bus && seen.add(bus)) {
      way.add(step(bus));
      above = bus.getDmaParent() == null ? bus.eContainer() : bus.getDmaParent();
    }
  }

  private static JsonObject step(Bus bus) {
    JsonObject json = new JsonObject();
    json.addProperty("element", bus.getId());
    json.addProperty("passes", bus.isEmptyDmaRanges());
    JsonArray windows = new JsonArray();
    for (DmaRange range : bus.getDmaRanges()) {
      JsonObject window = new JsonObject();
      window.addProperty("dma", print(range.getDma()));
      window.addProperty("parent", print(range.getParent()));
      window.addProperty("size", print(range.getSize()));
      windows.add(window);
    }
    json.add("windows", windows);
    return json;
  }

  private static String print(Long address) {
    return address == null ? "" : Notation.printAddress(address);
  }
}
