package org.bufferyard.web.verdict;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;

/**
 * What one device sees of the memory, and through what: its range map, masks and bus limit
 * (SEMANTICS A2-A7), or an IOMMU. Immutable.
 */
final class AddressMap {
  private final PlatformSpec board;
  private final DeviceSpec device;
  private final List<String> iommus;

  AddressMap(PlatformSpec board, DeviceSpec device) {
    this.board = board;
    this.device = device;
    this.iommus =
        device.streams().stream()
            .map(StreamId::iommu)
            .filter(id -> board.iommu(id).filter(i -> i.enabled()).isPresent())
            .distinct()
            .toList();
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    DeviceSpec.Reach reach = device.reach();
    json.addProperty("device", device.id());
    json.add(
        "dmaMask",
        reach.dmaMask().isPresent() ? hex(reach.dmaMask().getAsLong()) : JsonNull.INSTANCE);
    json.add("coherentMask", hex(reach.coherentDmaMask()));
    json.add("busLimit", reach.busDmaLimit() == 0 ? JsonNull.INSTANCE : hex(reach.busDmaLimit()));
    json.addProperty("coherent", reach.coherent());
    json.add("windows", VerdictJson.array(reach.rangeMap().regions(), AddressMap::window));
    json.add("iommus", VerdictJson.array(device.streams(), AddressMap::stream));
    JsonArray memory = new JsonArray();
    board
        .memory()
        .forEach(
            bank -> pieces(bank.range()).forEach(p -> memory.add(piece(bank.id(), p))));
    json.add("memory", memory);
    json.add("pools", VerdictJson.array(board.pools(), this::pool));
    json.add(
        "reservedIova", VerdictJson.array(device.reservedIova(), AddressMap::reserved));
    return json;
  }

  private static JsonElement hex(long address) {
    return new JsonPrimitive(DmaAddress.hex(address));
  }

  private static JsonObject window(DmaRange range) {
    JsonObject json = new JsonObject();
    json.add("dma", hex(range.dma()));
    json.add("cpu", hex(range.cpu()));
    json.add("size", hex(range.size()));
    return json;
  }

  private static JsonObject stream(StreamId stream) {
    JsonObject json = new JsonObject();
    json.addProperty("element", stream.iommu());
    json.addProperty(
        "specifier",
        stream.specifier().stream().map(DmaAddress::hex).collect(Collectors.joining(" ")));
    return json;
  }

  private static JsonObject reserved(PhysRange range) {
    JsonObject json = new JsonObject();
    json.add("iova", hex(range.base()));
    json.add("size", hex(range.size()));
    return json;
  }

  /** A run of memory that the device sees in one way. */
  private record Piece(long cpu, long size, String reach, long dma, String text) {}

  private JsonObject piece(String element, Piece piece) {
    JsonObject json = new JsonObject();
    json.addProperty("element", element);
    json.add("cpu", hex(piece.cpu()));
    json.add("size", hex(piece.size()));
    json.addProperty("reach", piece.reach());
    boolean named = piece.reach().equals("direct");
    json.add("dma", named ? hex(piece.dma()) : JsonNull.INSTANCE);
    json.addProperty("text", piece.text());
    return json;
  }

  private JsonObject pool(PoolSpec pool) {
    List<Piece> pieces = pieces(pool.range());
    JsonObject json = piece(pool.id(), pieces.getFirst());
    if (pieces.size() > 1) {
      json.addProperty("reach", worst(pieces));
      json.addProperty("text", "cut: " + pieces.getFirst().text() + "; " + pieces.getLast().text());
    }
    json.add("size", hex(pool.range().size()));
    json.addProperty("kind", pool.kind().name());
    json.addProperty("own", device.pools().contains(pool.id()));
    json.addProperty("noMap", pool.noMap());
    return json;
  }

  private static String worst(List<Piece> pieces) {
    return pieces.stream().anyMatch(p -> p.reach().equals("none")) ? "none" : "bounce";
  }

  private List<Piece> pieces(PhysRange range) {
    if (!iommus.isEmpty() && !board.machine().iommu().passthrough()) {
      String text = "through " + String.join(", ", iommus) + ", wherever the DMA API maps it";
      return List.of(new Piece(range.base(), range.size(), "iommu", 0, text));
    }
    List<Piece> pieces = new ArrayList<>();
    long at = range.base();
    long left = range.size();
    while (left != 0) {
      Piece next = next(at, left);
      pieces.add(next);
      at += next.size();
      left -= next.size();
    }
    return pieces;
  }

  /** The longest run from an address that is seen in one way. */
  private Piece next(long cpu, long left) {
    List<DmaRange> regions = device.reach().rangeMap().regions();
    if (regions.isEmpty()) {
      return within(cpu, cpu, left, "");
    }
    for (DmaRange region : regions) {
      if (new PhysRange(region.cpu(), region.size()).contains(cpu)) {
        long inside = min(left, region.size() - (cpu - region.cpu()));
        long dma = region.dma() + (cpu - region.cpu());
        return within(cpu, dma, inside, "through the window at " + DmaAddress.hex(region.dma()) + ", ");
      }
    }
    long gap = left;
    for (DmaRange region : regions) {
      if (Long.compareUnsigned(region.cpu(), cpu) > 0) {
        gap = min(gap, region.cpu() - cpu);
      }
    }
    return unseen(cpu, gap, "no window of its buses leads there");
  }

  private Piece within(long cpu, long dma, long size, String through) {
    long limit = limit();
    if (Long.compareUnsigned(dma, limit) > 0) {
      return unseen(cpu, size, "beyond its mask of " + DmaAddress.hex(limit));
    }
    long room = limit - dma + 1; // 0: the whole space
    long seen = room == 0 ? size : min(size, room);
    return new Piece(cpu, seen, "direct", dma, through + "at " + DmaAddress.hex(dma));
  }

  private long limit() {
    long mask = device.reach().dmaMask().orElse(0);
    long bus = device.reach().busDmaLimit();
    return bus == 0 ? mask : min(mask, bus);
  }

  private Piece unseen(long cpu, long size, String why) {
    boolean bounces = board.machine().swiotlb().mode() != MachineSpec.BounceMode.OFF;
    return bounces
        ? new Piece(cpu, size, "bounce", 0, why + ": streaming mappings bounce")
        : new Piece(cpu, size, "none", 0, why);
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? a : b;
  }
}
