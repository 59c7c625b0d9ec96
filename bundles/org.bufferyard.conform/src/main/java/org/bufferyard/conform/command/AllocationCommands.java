package org.bufferyard.conform.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.BenchObject;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.platform.yard.YardDevice;

/** Coherent and noncontiguous allocations: alloc, allocnc, free, getsgt. */
final class AllocationCommands {
  private AllocationCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("alloc", AllocationCommands::alloc);
    commands.put("allocnc", AllocationCommands::allocNoncontiguous);
    commands.put("free", AllocationCommands::free);
    commands.put("getsgt", AllocationCommands::getSgtable);
  }

  private static Answer alloc(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    String name = op.word(2);
    long size = op.number(3);
    DmaAttrs attrs = op.attrs(5);
    learnPages(bench, op, device.get(), recorded);
    Optional<Allocation> made = bench.dma().allocAttrs(device.get(), size, op.gfp(4), attrs);
    if (made.isEmpty()) {
      bench.remove(name);
      return Answer.rc(Errno.ENOMEM.rc());
    }
    Allocation allocation = made.get();
    bench.put(name, new BenchObject.Buffer(op.word(1), allocation));
    Answer answer = new Answer().hex("dma", allocation.handle());
    if (allocation.cpuAddress() != Allocation.CpuAddress.COOKIE) {
      boolean linear = allocation.cpuAddress() == Allocation.CpuAddress.LINEAR;
      answer
          .text("cpu", linear ? "linear" : "vmalloc")
          .put("pages", pages(allocation))
          .number("zeroed", isZeroed(bench, allocation) ? 1 : 0);
    }
    return answer.number("rc", 0);
  }

  /** The page allocator's choice, and a restricted pool's, are inputs. */
  static void learnPages(
      Bench bench, Operation op, YardDevice device, JsonObject recorded) {
    List<RecordedPlaces.Run> runs = RecordedPlaces.runs(recorded);
    boolean direct = device.dmaDomain().isEmpty();
    if (!runs.isEmpty()) {
      bench.leftovers().learn(device, runs.getFirst().phys(), op.number(3));
    }
    for (RecordedPlaces.Run run : runs) {
      learnPage(bench, device, run.phys());
      // Behind an IOMMU a run is pages that happened to be neighbours, else one allocation.
      for (long i = 1; !direct && i < run.pages(); i++) {
        bench.state().placements().preferPages(run.phys() + (i << PageRef.SHIFT));
      }
    }
    if (runs.isEmpty() && direct) {
      RecordedPlaces.number(recorded.get("dma"))
          .ifPresent(dma -> learnPage(bench, device, device.rangeMap().toPhys(dma)));
    } else if (runs.isEmpty()) {
      RecordedPlaces.number(recorded.get("dma"))
          .ifPresent(
              dma ->
                  bench
                      .pagesOf(op, dma, PageRef.align(op.number(3)))
                      .forEach(bench.state().placements()::preferPages));
    }
  }

  private static void learnPage(Bench bench, YardDevice device, long phys) {
    bench.state().placements().preferPages(phys);
    if (device.restrictedPool().isPresent()) {
      bench.learnBounce(device, device.rangeMap().toDma(phys));
    }
  }

  /** Physically contiguous runs of the pages that the size needs, {@code [[pfn, count], …]}. */
  static JsonArray pages(Allocation allocation) {
    long rest = PageRef.align(allocation.sizeBytes()) >>> PageRef.SHIFT;
    JsonArray pages = new JsonArray();
    long start = -1;
    long count = 0;
    for (PhysRange run : allocation.runs()) {
      long pfn = run.base() >>> PageRef.SHIFT;
      long length = Math.min(rest, run.size() >>> PageRef.SHIFT);
      rest -= length;
      if (count > 0 && start + count == pfn) {
        count += length;
      } else {
        addRun(pages, start, count);
        start = pfn;
        count = length;
      }
    }
    addRun(pages, start, count);
    return pages;
  }

  private static void addRun(JsonArray pages, long pfn, long count) {
    if (count > 0) {
      JsonArray run = new JsonArray();
      run.add(Answer.hex(pfn));
      run.add(count);
      pages.add(run);
    }
  }

  private static boolean isZeroed(Bench bench, Allocation allocation) {
    byte[] chunk = new byte[(int) PageRef.SIZE];
    long rest = allocation.sizeBytes();
    for (PhysRange run : allocation.runs()) {
      for (long at = 0; at < run.size() && rest > 0; at += chunk.length) {
        int length = (int) Math.min(chunk.length, rest);
        bench.state().memory().read(run.base() + at, chunk, 0, length);
        for (int i = 0; i < length; i++) {
          if (chunk[i] != 0) {
            return false;
          }
        }
        rest -= length;
      }
    }
    return true;
  }

  private static Answer allocNoncontiguous(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    learnPages(bench, op, device.get(), recorded);
    Optional<Allocation> made =
        bench
            .dma()
            .allocNoncontiguous(
                device.get(), op.number(3), op.direction(4), Gfp.KERNEL, op.attrs(5));
    if (made.isEmpty()) {
      bench.remove(op.word(2));
      return Answer.rc(Errno.ENOMEM.rc());
    }
    bench.put(op.word(2), new BenchObject.Buffer(op.word(1), made.get()));
    SgTable table = bench.dma().sgtOf(made.get());
    return new Answer()
        .number("nents", table.nents())
        .number("orig_nents", table.origNents())
        .put("sg", ListCommands.cpuList(table))
        .put("segs", ListCommands.segments(table))
        .number("rc", 0);
  }

  private static Answer free(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Buffer> buffer = bench.find(BenchObject.Buffer.class, op.word(1));
    if (buffer.isEmpty()) {
      return Answer.noObject();
    }
    giveBack(bench, buffer.get());
    bench.remove(op.word(1));
    return Answer.rc(0);
  }

  /** Frees an allocation as it was made, for whatever device object bears the name now. */
  static void giveBack(Bench bench, BenchObject.Buffer buffer) {
    YardDevice device = bench.device(buffer.device()).orElseThrow();
    Allocation allocation = buffer.allocation();
    bench.dma().freeAttrs(device, allocation, Dma.FreeCall.of(allocation));
  }

  private static Answer getSgtable(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    Optional<BenchObject.Buffer> buffer = bench.find(BenchObject.Buffer.class, op.word(3));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    if (buffer.isEmpty()) {
      return Answer.noObject();
    }
    Allocation allocation = buffer.get().allocation();
    Dma.SgResult result =
        bench.dma().getSgtable(device.get(), allocation, op.number(4, allocation.sizeBytes()));
    if (result.table().isEmpty()) {
      return Answer.rc(result.rc());
    }
    SgTable table = result.table().get();
    bench.put(op.word(2), new BenchObject.PageList(table));
    return new Answer()
        .number("orig_nents", table.origNents())
        .number("nents", table.nents())
        .put("sg", ListCommands.cpuList(table))
        .number("first_page_valid", firstPageValid(table) ? 1 : 0)
        .number("rc", 0);
  }

  /** pfn_valid() of the first page: a struct page exists, mapped or not. */
  private static boolean firstPageValid(SgTable table) {
    return table.segments().getFirst() instanceof Segment.PageBacked first
        && first.page().backing() != PageBacking.NONE;
  }
}
