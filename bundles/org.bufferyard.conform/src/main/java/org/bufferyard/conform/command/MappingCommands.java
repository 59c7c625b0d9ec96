package org.bufferyard.conform.command;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.BenchObject;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.yard.YardDevice;

/** Single mappings: map, mapk, mapres, mapphys, unmap, sync. */
final class MappingCommands {
  private MappingCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("map", (bench, op, recorded) -> mapPage(bench, op, recorded, true));
    commands.put("mapq", (bench, op, recorded) -> mapPage(bench, op, recorded, false));
    commands.put("mapk", MappingCommands::mapKmalloc);
    commands.put("mapres", MappingCommands::mapResource);
    commands.put("mapphys", MappingCommands::mapPhys);
    commands.put("unmap", MappingCommands::unmap);
    commands.put("sync", MappingCommands::sync);
  }

  /**
   * @param asks whether the driver asks for dma_mapping_error()
   */
  private static Answer mapPage(
      Bench bench, Operation op, JsonObject recorded, boolean asks) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    YardDevice device = found.get();
    PageRef page = bench.pageRef(bench.page(op, op.word(3)));
    long size = op.number(5);
    DmaDirection direction = op.direction(6);
    DmaAttrs attrs = op.attrs(7);
    learnBounce(bench, op, device, recorded);
    long dma = bench.dma().mapPage(device, page, op.number(4), size, direction, attrs);
    if (asks) {
      bench.dma().mappingError(device, dma);
    }
    Answer answer = new Answer().hex("pfn", page.pfn());
    return mapped(
        bench, op, answer, new BenchObject.Mapping(op.word(1), dma, size, direction, attrs));
  }

  /** The slab object and its place are the kernel's choice: inputs. */
  private static Answer mapKmalloc(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    YardDevice device = found.get();
    long phys = RecordedPlaces.number(recorded.get("phys")).orElse(0L);
    long size = op.number(5);
    DmaDirection direction = op.direction(6);
    DmaAttrs attrs = op.attrs(7);
    learnBounce(bench, op, device, recorded);
    long dma =
        bench
            .dma()
            .mapSingle(device, CpuAddress.LINEAR, phys, size, direction, attrs);
    bench.dma().mappingError(device, dma);
    Answer answer = new Answer();
    if (recorded.has("ksize")) {
      answer.put("ksize", recorded.get("ksize"));
    }
    answer.hex("phys", phys);
    BenchObject.Mapping mapping =
        new BenchObject.Mapping(op.word(1), dma, size, direction, attrs);
    mapped(bench, op, answer, mapping);
    if (dma == DmaAddress.MAPPING_ERROR) {
      // The kmalloc object is there, only not mapped.
      bench.put(op.word(2), mapping.unmapped());
      return answer;
    }
    return answer.hex("behind", bench.behind(device, dma));
  }

  private static Answer mapResource(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    long phys = phys(bench, op, op.word(3));
    long size = op.number(4);
    DmaDirection direction = op.direction(5);
    DmaAttrs attrs = op.attrs(6);
    long dma = bench.dma().mapResource(found.get(), phys, size, direction, attrs);
    bench.dma().mappingError(found.get(), dma);
    return mapped(
        bench,
        op,
        new Answer().hex("phys", phys),
        new BenchObject.Mapping(op.word(1), dma, size, direction, attrs).asResource());
  }

  private static Answer mapPhys(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    if (!bench.boot().kernel().version().atLeast(7, 0)) {
      // dma_map_phys() is not there yet; the recorder's own answer.
      return Answer.rc(Errno.ENOSYS.rc());
    }
    YardDevice device = found.get();
    long phys = phys(bench, op, op.word(3));
    long size = op.number(4);
    DmaDirection direction = op.direction(5);
    DmaAttrs attrs = op.attrs(6);
    learnBounce(bench, op, device, recorded);
    long dma = bench.dma().mapPhys(device, phys, size, direction, attrs);
    bench.dma().mappingError(device, dma);
    return mapped(
        bench,
        op,
        // The recorder shows a BAR's address only where it maps it as a resource.
        new Answer().hex("phys", op.word(3).startsWith("bar:") ? 0 : phys),
        new BenchObject.Mapping(op.word(1), dma, size, direction, attrs));
  }

  /** A number, a page of an arena, or {@code bar:X}. */
  private static long phys(Bench bench, Operation op, String word) {
    if (word.startsWith("bar:")) {
      return bench
          .boot()
          .board()
          .device(word.substring(4))
          .map(DeviceSpec::registers)
          .filter(r -> !r.isEmpty())
          .map(r -> r.getFirst().base())
          .orElseThrow(() -> op.wrong("names a BAR that this boot has not"));
    }
    return Character.isDigit(word.charAt(0)) ? op.number(word) : bench.page(op, word);
  }

  static void learnBounce(
      Bench bench, Operation op, YardDevice device, JsonObject recorded) {
    Optional<Long> dma = RecordedPlaces.number(recorded.get("dma"));
    if (dma.isEmpty() || dma.get() == DmaAddress.MAPPING_ERROR) {
      return;
    }
    if (device.dmaDomain().isEmpty()) {
      bench.learnBounce(device, dma.get());
    } else if (recorded.has("behind")) {
      RecordedPlaces.number(recorded.get("behind"))
          .ifPresent(phys -> bench.learnBounce(device, phys));
    } else {
      bench.learnBounceBehind(op, device, op.word(2), List.of(dma.get()), 1);
    }
  }

  /** dma_mapping_error() is -ENOMEM; a failed mapping leaves no object. */
  static Answer mapped(
      Bench bench, Operation op, Answer answer, BenchObject.Mapping mapping) {
    boolean failed = mapping.dma() == DmaAddress.MAPPING_ERROR;
    if (failed) {
      bench.remove(op.word(2));
    } else {
      bench.put(op.word(2), mapping);
    }
    return answer.hex("dma", mapping.dma()).number("rc", failed ? Errno.ENOMEM.rc() : 0);
  }

  private static Answer unmap(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Mapping> found = bench.find(BenchObject.Mapping.class, op.word(1));
    if (found.isEmpty()) {
      return Answer.noObject();
    }
    if (!found.get().live()) {
      return Answer.rc(Errno.EINVAL.rc());
    }
    giveBack(bench, found.get());
    bench.remove(op.word(1));
    return Answer.rc(0);
  }

  /** Unmaps a mapping as it was made. */
  static void giveBack(Bench bench, BenchObject.Mapping m) {
    YardDevice device = bench.device(m.device()).orElseThrow();
    if (m.resource()) {
      bench.dma().unmapResource(device, m.dma(), m.sizeBytes(), m.direction(), m.attrs());
    } else {
      bench.dma().unmap(device, m.dma(), m.sizeBytes(), m.direction(), m.attrs());
    }
  }

  private static Answer sync(Bench bench, Operation op, JsonObject recorded) {
    boolean forDevice =
        switch (op.word(2)) {
          case "dev" -> true;
          case "cpu" -> false;
          default -> throw op.wrong("syncs for neither cpu nor dev");
        };
    DmaDirection direction = op.direction(3);
    Optional<BenchObject.Mapping> mapping = bench.find(BenchObject.Mapping.class, op.word(1));
    if (mapping.isPresent()) {
      BenchObject.Mapping m = mapping.get();
      long offset = op.number(4, 0);
      bench
          .dma()
          .syncSingle(
              bench.device(m.device()).orElseThrow(),
              m.dma() + offset,
              op.number(5, m.sizeBytes() - offset),
              direction,
              forDevice);
      return Answer.rc(0);
    }
    Optional<BenchObject.PageList> list = bench.find(BenchObject.PageList.class, op.word(1));
    Optional<BenchObject.Use> use = list.flatMap(BenchObject.PageList::lastUse);
    if (use.isEmpty()) {
      return Answer.noObject();
    }
    YardDevice device = bench.device(use.get().device()).orElseThrow();
    bench.dma().syncSg(device, list.get().table(), direction, forDevice);
    return Answer.rc(0);
  }
}
