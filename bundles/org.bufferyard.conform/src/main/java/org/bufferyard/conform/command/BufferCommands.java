package org.bufferyard.conform.command;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.BenchObject;
import org.bufferyard.conform.bench.RecorderExporter;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.platform.yard.YardDevice;

/**
 * dma-buf with the recorder's exporter: bexport, bexportbad, batt, battnull, bmap, bunmap, bdet,
 * bbeg, bend, bvmap, bvunmap, bput, bsgcopy.
 */
final class BufferCommands {
  /** The recorder's guard: the core would BUG or WARN, so it was not asked. */
  private static final int GUARDED = -9998;

  private BufferCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("bexport", BufferCommands::export);
    commands.put("bexportbad", BufferCommands::exportDefective);
    commands.put("batt", BufferCommands::attach);
    commands.put("battnull", BufferCommands::attachToNothing);
    commands.put("bmap", BufferCommands::map);
    commands.put("bunmap", BufferCommands::unmap);
    commands.put("bdet", BufferCommands::detach);
    commands.put("bbeg", (bench, op, recorded) -> cpuAccess(bench, op, true));
    commands.put("bend", (bench, op, recorded) -> cpuAccess(bench, op, false));
    commands.put("bvmap", BufferCommands::vmap);
    commands.put("bvunmap", BufferCommands::vunmap);
    commands.put("bput", BufferCommands::put);
    commands.put("bsgcopy", BufferCommands::copyList);
  }

  private static DmaBufs core(Bench bench) {
    return bench.state().dmaBufs();
  }

  // ---- export ----

  private static Answer export(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    long size = op.number(3);
    AllocationCommands.learnPages(bench, op, device.get(), recorded);
    Optional<Allocation> made =
        bench.dma().allocAttrs(device.get(), size, Gfp.KERNEL, op.attrs(5));
    if (made.isEmpty()) {
      bench.remove(op.word(2));
      return Answer.rc(Errno.ENOMEM.rc());
    }
    Allocation allocation = made.get();
    RecorderExporter exporter = new RecorderExporter(op.number(4), bench.callbacks());
    DmaBufs.ExportResult result =
        core(bench).export(memory(device.get(), allocation), exporter);
    if (result.buffer().isEmpty()) {
      bench.dma().free(allocation);
      bench.remove(op.word(2));
      return Answer.rc(result.rc());
    }
    bench.put(op.word(2), new BenchObject.Shared(allocation, result.buffer().get(), exporter));
    Answer answer =
        new Answer()
            .hex("dma", allocation.handle())
            .number("buf_size", result.buffer().get().sizeBytes());
    if (allocation.cpuAddress() != Allocation.CpuAddress.COOKIE) {
      answer.put("pages", AllocationCommands.pages(allocation));
    }
    return answer.number("rc", 0);
  }

  private static ExportedMemory memory(YardDevice device, Allocation allocation) {
    return new ExportedMemory(
        device, allocation.sizeBytes(), Optional.of(allocation), Optional.empty());
  }

  /** An export info that dma_buf_export() must refuse; some device's memory stands behind it. */
  private static Answer exportDefective(Bench bench, Operation op, JsonObject recorded) {
    if (op.word(1).equals("cachepin") && bench.boot().kernel().version().atLeast(7, 0)) {
      // dma_buf_ops has no cache_sgt_mapping any more; the recorder's own answer.
      return new Answer().put("err", new JsonPrimitive("nocache"));
    }
    RecorderExporter exporter =
        RecorderExporter.defective(op.word(1), bench.callbacks())
            .orElseThrow(() -> op.wrong("names no defect of an export"));
    YardDevice device =
        bench.anyDevice().orElseThrow(() -> op.wrong("stands in a case without devices"));
    ExportedMemory nothing =
        new ExportedMemory(
            device,
            PageRef.SIZE,
            Optional.empty(),
            Optional.of(SgTable.ofPages(List.of())));
    return Answer.rc(core(bench).export(nothing, exporter).rc());
  }

  private static Answer put(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Shared> shared = bench.find(BenchObject.Shared.class, op.word(1));
    if (shared.isEmpty()) {
      return Answer.noObject();
    }
    int before = shared.get().buffer().references();
    core(bench).put(shared.get().buffer());
    bench.remove(op.word(1));
    return new Answer().number("count_before", before).number("rc", 0);
  }

  // ---- attachments ----

  private static Answer attach(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    Optional<BenchObject.Shared> shared = bench.find(BenchObject.Shared.class, op.word(3));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    if (shared.isEmpty()) {
      return Answer.noObject();
    }
    if (RecordedPlaces.mentions(recorded, "cb", "map:")) {
      // Mapped at attach; only a later map shows where that bounced.
      learnBounces(bench, device.get(), bench.laterAnswer(op, "bmap " + op.word(2) + " "));
    }
    boolean dynamic = op.length() > 4 && op.word(4).equals("dyn");
    DmaBufs.AttachResult result =
        core(bench).attach(shared.get().buffer(), device.get(), dynamic);
    result
        .attachment()
        .ifPresentOrElse(
            a ->
                bench.put(op.word(2), new BenchObject.Attached(a, shared.get().exporter())),
            () -> bench.remove(op.word(2)));
    return Answer.rc(result.rc());
  }

  /** dma_buf_attach(NULL, dev): the model's core has no null to be given (F3, WARN and -EINVAL). */
  private static Answer attachToNothing(Bench bench, Operation op, JsonObject recorded) {
    return bench.device(op.word(1)).isEmpty()
        ? Answer.noDevice()
        : Answer.rc(Errno.EINVAL.rc());
  }

  private static Answer detach(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Attached> attached = bench.find(BenchObject.Attached.class, op.word(1));
    if (attached.isEmpty()) {
      return Answer.noObject();
    }
    core(bench).detach(attached.get().attachment());
    bench.remove(op.word(1));
    Answer answer = new Answer();
    if (attached.get().holdsExportersTable()) {
      attached.get().giveBackLeak(bench.dma());
      answer.number("leaked_map", 1);
    }
    return answer.number("rc", 0);
  }

  /** Unmaps what is mapped and detaches. */
  static void giveBack(Bench bench, BenchObject.Attached attached) {
    attached
        .mapping()
        .ifPresent(
            m -> core(bench).unmap(attached.attachment(), m.table(), m.direction()));
    core(bench).detach(attached.attachment());
  }

  private static Answer map(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Attached> found = bench.find(BenchObject.Attached.class, op.word(1));
    if (found.isEmpty()) {
      return Answer.noObject();
    }
    BenchObject.Attached attached = found.get();
    DmaDirection direction = op.direction(2);
    learnBounces(
        bench, bench.state().device(attached.attachment().importer().id()), recorded);
    SgResult result = core(bench).map(attached.attachment(), direction);
    if (result.table().isEmpty()) {
      return Answer.rc(result.rc());
    }
    SgTable table = result.table().get();
    boolean again = attached.mapping().filter(m -> m.table() == table).isPresent();
    attached.mapped(table, direction);
    return new Answer()
        .number("again", again ? 1 : 0)
        .number("nents", table.nents())
        .number("orig_nents", table.origNents())
        .put("sg", ListCommands.cpuList(table))
        .put("segs", ListCommands.segments(table))
        .number("rc", 0);
  }

  private static void learnBounces(Bench bench, YardDevice importer, JsonObject recorded) {
    if (importer.dmaDomain().isEmpty()) {
      RecordedPlaces.segments(recorded).forEach(dma -> bench.learnBounce(importer, dma));
    }
  }

  private static Answer unmap(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Attached> attached = bench.find(BenchObject.Attached.class, op.word(1));
    if (attached.isEmpty()) {
      return Answer.noObject();
    }
    Optional<BenchObject.SharedMapping> mapping = attached.get().mapping();
    if (mapping.isEmpty()) {
      return Answer.rc(GUARDED);
    }
    core(bench)
        .unmap(attached.get().attachment(), mapping.get().table(), mapping.get().direction());
    attached.get().unmapped();
    return Answer.rc(0);
  }

  /** The importer copies page, offset and length of the list that it was given. */
  private static Answer copyList(Bench bench, Operation op, JsonObject recorded) {
    Optional<SgTable> given =
        bench
            .find(BenchObject.Attached.class, op.word(1))
            .flatMap(BenchObject.Attached::mapping)
            .map(BenchObject.SharedMapping::table);
    if (given.isEmpty()) {
      return Answer.noObject();
    }
    SgTable copy = ListCommands.cpuCopy(given.get());
    bench.put(op.word(2), new BenchObject.PageList(copy));
    return new Answer().put("sg", ListCommands.cpuList(copy)).number("rc", 0);
  }

  // ---- the CPU ----

  private static Answer cpuAccess(Bench bench, Operation op, boolean begin) {
    Optional<BenchObject.Shared> shared = bench.find(BenchObject.Shared.class, op.word(1));
    if (shared.isEmpty()) {
      return Answer.noObject();
    }
    DmaBuf buffer = shared.get().buffer();
    DmaDirection direction = op.direction(2);
    return Answer.rc(
        begin
            ? core(bench).beginCpuAccess(buffer, direction)
            : core(bench).endCpuAccess(buffer, direction));
  }

  private static Answer vmap(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Shared> shared = bench.find(BenchObject.Shared.class, op.word(1));
    if (shared.isEmpty()) {
      return Answer.noObject();
    }
    DmaBuf buffer = shared.get().buffer();
    MapResult result = core(bench).vmap(buffer);
    return new Answer()
        .number("counter", buffer.kernelMappings())
        .number("is_null", result.mapping().isPresent() ? 0 : 1)
        .number("rc", result.rc());
  }

  private static Answer vunmap(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Shared> shared = bench.find(BenchObject.Shared.class, op.word(1));
    if (shared.isEmpty()) {
      return Answer.noObject();
    }
    DmaBuf buffer = shared.get().buffer();
    int rc = GUARDED;
    if (buffer.kernelMappings() > 0) {
      core(bench).vunmap(buffer);
      rc = 0;
    }
    return new Answer().number("counter", buffer.kernelMappings()).number("rc", rc);
  }
}
