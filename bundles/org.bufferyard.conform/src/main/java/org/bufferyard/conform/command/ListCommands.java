package org.bufferyard.conform.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgAppendTable;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.Comparison;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.BenchObject;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.platform.yard.YardDevice;

/** Scatterlists: sgraw, sgpages, mapsg, mapsgt, unmapsg. */
final class ListCommands {
  private ListCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("sgraw", ListCommands::raw);
    commands.put("sgpages", ListCommands::fromPages);
    commands.put("mapsg", ListCommands::mapSg);
    commands.put("mapsgt", ListCommands::mapSgtable);
    commands.put("unmapsg", ListCommands::unmap);
  }

  /** {@code [[pfn, offset, length], …]}: the CPU side. */
  static JsonArray cpuList(SgTable table) {
    JsonArray list = new JsonArray();
    for (Segment segment : table.segments().subList(0, table.origNents())) {
      JsonArray entry = new JsonArray();
      if (segment instanceof Segment.PageBacked page) {
        entry.add(Answer.hex(page.page().pfn()));
        entry.add(page.offset());
        entry.add(page.length());
      } else {
        entry.add(Answer.hex(0));
        entry.add(0);
        entry.add(0);
      }
      list.add(entry);
    }
    return list;
  }

  /**
   * What an importer gets that walks the CPU list: page, offset and length of every entry, an entry
   * without a page read as the kernel's zeroed one.
   */
  static SgTable cpuCopy(SgTable table) {
    List<Segment.PageBacked> pages = new ArrayList<>();
    for (Segment segment : table.segments().subList(0, table.origNents())) {
      pages.add(
          segment instanceof Segment.PageBacked page
              ? new Segment.PageBacked(page.page(), page.offset(), page.length())
              : new Segment.PageBacked(PageRef.ABSENT, 0, 0));
    }
    return SgTable.ofPages(pages);
  }

  /** {@code [[dma, length], …]}: what a device is programmed with. */
  static JsonArray segments(SgTable table) {
    JsonArray list = new JsonArray();
    for (Segment segment : table.mapped()) {
      JsonArray entry = new JsonArray();
      entry.add(Answer.hex(segment.dma()));
      entry.add(segment.dmaLength());
      list.add(entry);
    }
    return list;
  }

  private static Answer raw(Bench bench, Operation op, JsonObject recorded) {
    List<Segment.PageBacked> pages = new ArrayList<>();
    for (String entry : op.word(2).split(";", -1)) {
      String[] parts = entry.split(":", -1);
      if (parts.length != 3) {
        throw op.wrong("has an entry that is not page:offset:length: " + entry);
      }
      long phys = bench.page(op, parts[0]);
      pages.add(
          new Segment.PageBacked(
              bench.pageRef(phys), (int) op.number(parts[1]), op.number(parts[2])));
    }
    SgTable table = SgTable.ofPages(pages);
    bench.put(op.word(1), new BenchObject.PageList(table));
    return new Answer().put("sg", cpuList(table)).number("rc", 0);
  }

  private static Answer fromPages(Bench bench, Operation op, JsonObject recorded) {
    List<PageRef> pages = new ArrayList<>();
    for (String run : op.word(5).split(",", -1)) {
      String[] parts = run.split("\\+", -1);
      if (parts.length > 2) {
        throw op.wrong("has a run that is not page+count: " + run);
      }
      String arena = parts[0].substring(0, Math.min(1, parts[0].length()));
      long first = op.number(parts[0].substring(arena.length()));
      long count = parts.length == 2 ? op.number(parts[1]) : 1;
      for (long i = 0; i < count; i++) {
        pages.add(bench.pageRef(bench.page(op, arena + (first + i))));
      }
    }
    if (pages.isEmpty()) {
      throw op.wrong("has no page");
    }
    SgAppendTable made = new SgAppendTable();
    long maxSegment = op.given(2) ? op.number(2) : SgAppendTable.NO_LIMIT;
    int rc = made.fromPages(pages, op.number(3), op.number(4), maxSegment);
    if (rc != 0) {
      bench.remove(op.word(1));
      return Answer.rc(rc);
    }
    SgTable table = made.table();
    bench.put(op.word(1), new BenchObject.PageList(table));
    return new Answer()
        .number("orig_nents", table.origNents())
        .number("nents", table.nents())
        .put("sg", cpuList(table))
        .number("rc", 0);
  }

  private static Answer mapSg(Bench bench, Operation op, JsonObject recorded) {
    return map(bench, op, recorded, false);
  }

  private static Answer mapSgtable(Bench bench, Operation op, JsonObject recorded) {
    return map(bench, op, recorded, true);
  }

  private static Answer map(Bench bench, Operation op, JsonObject recorded, boolean sgtable) {
    Optional<YardDevice> device = bench.device(op.word(1));
    Optional<BenchObject.PageList> found = bench.find(BenchObject.PageList.class, op.word(2));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    if (found.isEmpty()) {
      return Answer.noObject();
    }
    BenchObject.PageList list = found.get();
    DmaDirection direction = op.direction(3);
    DmaAttrs attrs = op.attrs(4);
    learnBounces(bench, op, device.get(), recorded);
    JsonArray before = cpuList(list.table());
    int rc =
        sgtable
            ? bench.dma().mapSgtable(device.get(), list.table(), direction, attrs)
            : bench.dma().mapSg(device.get(), list.table(), direction, attrs);
    boolean mapped = sgtable ? rc == 0 : rc > 0;
    Answer answer = new Answer();
    BenchObject.Use use = new BenchObject.Use(op.word(1), direction, attrs);
    if (mapped) {
      list.mapped(use);
      answer
          .number("nents", list.table().nents())
          .put("segs", segments(list.table()));
    } else {
      list.mapFailed(use);
    }
    JsonArray after = cpuList(list.table());
    if (!Comparison.same(before, after)) {
      answer.put("sg_after", after);
    }
    return answer.number("rc", rc);
  }

  private static void learnBounces(
      Bench bench, Operation op, YardDevice device, JsonObject recorded) {
    if (device.dmaDomain().isPresent()) {
      List<Long> segments = RecordedPlaces.segments(recorded);
      bench.learnBounceBehind(op, device, op.word(2), segments, segments.size());
    } else if (recorded.has("segs")) {
      RecordedPlaces.segments(recorded).forEach(dma -> bench.learnBounce(device, dma));
    } else {
      bench
          .firstAddressSeenLater(op, op.word(2))
          .ifPresent(address -> bench.learnBounce(device, address));
    }
  }

  private static Answer unmap(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.PageList> list = bench.find(BenchObject.PageList.class, op.word(1));
    if (list.isEmpty()) {
      return Answer.noObject();
    }
    Optional<BenchObject.Use> use = list.get().use();
    if (use.isEmpty()) {
      // The recorder's module: a list that is not mapped.
      return Answer.rc(Errno.EINVAL.rc());
    }
    giveBack(bench, list.get());
    return Answer.rc(0);
  }

  /** Unmaps a list that is mapped, as it was mapped. */
  static void giveBack(Bench bench, BenchObject.PageList list) {
    BenchObject.Use use = list.use().orElseThrow();
    YardDevice device = bench.device(use.device()).orElseThrow();
    bench.dma().unmapSgtable(device, list.table(), use.direction(), use.attrs());
    list.unmapped();
  }
}
