package org.bufferyard.conform.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.iommu.Geometry;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.YardDevice;

/** Devices themselves: fresh, dev, mask, par, untrusted; and time: sleep. */
final class DeviceCommands {
  private static final List<String> MACHINE_FIELDS =
      List.of("dev", "group", "rmem_rc", "resv", "bar0", "bridge_windows");

  private DeviceCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("fresh", DeviceCommands::fresh);
    commands.put("dev", DeviceCommands::dev);
    commands.put("mask", DeviceCommands::mask);
    commands.put("par", DeviceCommands::par);
    commands.put("untrusted", DeviceCommands::untrusted);
    commands.put("sleep", DeviceCommands::sleep);
  }

  private static Answer fresh(Bench bench, Operation op, JsonObject recorded) {
    int count = 0;
    for (String name : op.words().subList(1, op.length())) {
      if (bench.boot().board().device(name).isPresent()) {
        List<String> slot = slot(bench.boot().board(), name);
        bench.state().recreate(slot);
        count += slot.size();
      }
    }
    bench.restartTrace();
    return Answer.rc(count);
  }

  /** What leaves and comes with a device: all functions of its PCI slot, so that the group goes. */
  private static List<String> slot(PlatformSpec board, String name) {
    DeviceSpec device = board.device(name).orElseThrow();
    int function = device.path().lastIndexOf('.');
    if (!device.pci() || function < 0) {
      return List.of(device.id());
    }
    String slot = device.path().substring(0, function + 1);
    return board.devices().stream()
        .filter(d -> d.pci() && d.path().startsWith(slot))
        .map(DeviceSpec::id)
        .toList();
  }

  /** What the DMA API says about a device, and its domain. */
  private static Answer dev(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    YardDevice device = found.get();
    Dma dma = bench.dma();
    Answer answer =
        new Answer()
            .text("name", op.word(1))
            .text("domain", device.domain().map(d -> d.type().sysfs()).orElse("none"))
            .hex("dma_mask", device.dmaMask().orElse(0L))
            .hex("coherent_mask", device.coherentDmaMask())
            .hex("bus_dma_limit", device.busDmaLimit())
            .number("coherent_hw", device.isCoherent() ? 1 : 0)
            .number("max_seg", device.maxSegmentSize())
            .hex("boundary", device.segmentBoundary())
            .number("min_align_mask", device.minAlignMask())
            .hex("max_mapping_size", dma.maxMappingSize(device))
            .hex("opt_mapping_size", dma.optMappingSize(device))
            .hex("merge_boundary", dma.mergeBoundary(device))
            .hex("required_mask", dma.requiredMask(device))
            .number("rc", 0);
    addWindows(answer, device.rangeMap());
    device.domain().filter(d -> d.type().isDmaApi()).ifPresent(d -> addGeometry(answer, d));
    // What the machine is, and what the boot numbered: stated by the record alone.
    for (String given : MACHINE_FIELDS) {
      if (recorded.has(given)) {
        answer.put(given, recorded.get(given));
      }
    }
    return answer;
  }

  private static void addWindows(Answer answer, DmaRangeMap map) {
    if (map.isIdentity()) {
      return;
    }
    JsonArray windows = new JsonArray();
    for (DmaRange range : map.regions()) {
      JsonArray window = new JsonArray();
      window.add(Answer.hex(range.cpu()));
      window.add(Answer.hex(range.dma()));
      window.add(range.size());
      windows.add(window);
    }
    answer.put("dma_ranges", windows);
  }

  private static void addGeometry(Answer answer, Domain domain) {
    Geometry geometry = domain.table().geometry();
    JsonArray aperture = new JsonArray();
    aperture.add(Answer.hex(geometry.apertureStart()));
    aperture.add(Answer.hex(geometry.apertureEnd()));
    answer
        .hex("pgsize_bitmap", geometry.pageSizes())
        .put("aperture", aperture)
        .number("force_aperture", geometry.forceAperture() ? 1 : 0);
  }

  private static Answer mask(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    YardDevice device = found.get();
    Dma dma = bench.dma();
    int rc = dma.setMask(device, bits(op, 2));
    int rcCoherent = dma.setCoherentMask(device, bits(op, 3));
    return new Answer()
        .number("rc_coherent", rcCoherent)
        .hex("dma_mask", device.dmaMask().orElse(0L))
        .hex("coherent_mask", device.coherentDmaMask())
        .hex("required_mask", dma.requiredMask(device))
        .hex("max_mapping_size", dma.maxMappingSize(device))
        .number("addressing_limited", dma.addressingLimited(device) ? 1 : 0)
        .number("rc", rc);
  }

  /** DMA_BIT_MASK(). */
  private static long bits(Operation op, int word) {
    long bits = op.number(word);
    if (bits < 0 || bits > 64) {
      throw op.wrong("has a mask of " + bits + " bits");
    }
    return bits == 64 ? -1L : (1L << bits) - 1;
  }

  private static Answer par(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    YardDevice device = found.get();
    if (op.given(2)) {
      device.setMaxSegmentSize(op.number(2));
    }
    if (op.given(3)) {
      device.setSegmentBoundary(op.number(3));
    }
    if (op.given(4)) {
      device.setMinAlignMask(op.number(4));
    }
    return Answer.rc(0);
  }

  private static Answer untrusted(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    found.get().setUntrusted(op.number(2) != 0);
    return Answer.rc(0);
  }

  /** Milliseconds in which timers run, a flush queue's for one. */
  private static Answer sleep(Bench bench, Operation op, JsonObject recorded) {
    long milliseconds = op.number(1);
    if (milliseconds < 0 || milliseconds > 3_600_000) {
      throw op.wrong("sleeps for an impossible time");
    }
    bench.state().advance(milliseconds * 1_000_000);
    return Answer.rc(0);
  }
}
