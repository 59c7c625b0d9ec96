package org.bufferyard.conform.command;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Allocation.CpuAddress;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.bench.Bench;
import org.bufferyard.conform.bench.BenchObject;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.yard.YardDevice;

/**
 * What a driver must not do: mapodd, unmapx, syncat, syncsg, drop, rebind. The model does with
 * wrong arguments what the kernel does with them; whether anybody complains is the checker's matter.
 */
final class MisuseCommands {
  private MisuseCommands() {}

  static void addTo(Map<String, Command> commands) {
    commands.put("mapodd", MisuseCommands::mapOdd);
    commands.put("unmapx", MisuseCommands::unmapWith);
    commands.put("syncat", MisuseCommands::syncAt);
    commands.put("syncsg", MisuseCommands::syncSg);
    commands.put("drop", MisuseCommands::drop);
    commands.put("rebind", MisuseCommands::rebind);
  }

  /** dma_map_single() or dma_map_page() of memory that is none of the driver's to map. */
  private static Answer mapOdd(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> found = bench.device(op.word(1));
    if (found.isEmpty()) {
      return Answer.noDevice();
    }
    YardDevice device = found.get();
    long size = op.number(4);
    DmaDirection direction = op.direction(5);
    CpuAddress address = address(bench, op);
    long phys = imagePage(bench, device, recorded);
    MappingCommands.learnBounce(bench, op, device, recorded);
    if (op.word(3).equals("stackpage")) {
      bench.state().events().emit(new DmaEvent.StackSeen(device.id(), phys));
    }
    long dma =
        bench.dma().mapSingle(device, address, phys, size, direction, DmaAttrs.NONE);
    bench.dma().mappingError(device, dma);
    // Every recorded kernel has CONFIG_VMAP_STACK.
    return MappingCommands.mapped(
        bench,
        op,
        new Answer().number("vmapped_stack", 1),
        new BenchObject.Mapping(op.word(1), dma, size, direction, DmaAttrs.NONE));
  }

  /** is_vmalloc_addr() and virt_addr_valid() of each kind of memory. */
  private static CpuAddress address(Bench bench, Operation op) {
    boolean x86 = bench.boot().board().machine().architecture() == Architecture.X86;
    return switch (op.word(3)) {
      case "stack", "vmalloc" -> CpuAddress.VMALLOC;
      // arm64 maps the kernel image inside the vmalloc area, x86 beside it.
      case "text" -> x86 ? CpuAddress.LINEAR : CpuAddress.VMALLOC;
      case "textalias", "zeropage", "stackpage", "vmallocpage" -> CpuAddress.LINEAR;
      case "module" -> CpuAddress.COOKIE;
      default -> throw op.wrong("maps an unknown kind of memory");
    };
  }

  /**
   * Where the kernel's image lies, or another page of its choice, is an input: without an IOMMU the
   * recorded address tells it, behind one it tells the offset in the page.
   */
  private static long imagePage(Bench bench, YardDevice device, JsonObject recorded) {
    long dma = RecordedPlaces.number(recorded.get("dma")).orElse(0L);
    long phys = device.rangeMap().toPhys(dma);
    boolean told =
        device.dmaDomain().isEmpty()
            && bench.state().memory().isRam(phys)
            && bench.boot().board().machine().swiotlb().region().filter(r -> r.contains(phys)).isEmpty();
    long image = bench.boot().arena("L").orElseThrow().base() - PageRef.SIZE;
    return told ? phys : image + (dma & (PageRef.SIZE - 1));
  }

  /** The arguments of one unmapx: as given, else as the object has them. */
  private record Arguments(
      YardDevice device, long dma, long size, DmaDirection direction, DmaAttrs attrs) {}

  private static Answer unmapWith(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject> found = bench.object(op.word(1));
    if (found.isEmpty()) {
      return Answer.noObject();
    }
    String api = op.word(2);
    if (api.equals("phys") && !bench.boot().kernel().version().atLeast(7, 0)) {
      // dma_unmap_phys() is not there yet; the recorder's own answer.
      return new Answer().text("err", "api");
    }
    switch (found.get()) {
      case BenchObject.Mapping m -> {
        Arguments a = arguments(bench, op, m.device(), m.dma(), m.sizeBytes(), m.direction(), m.attrs());
        unmapSingle(bench, op, api, a);
        bench.replace(op.word(1), m.unmapped());
        return addressed(a.dma());
      }
      case BenchObject.Buffer b -> {
        return unmapBuffer(bench, op, api, b);
      }
      case BenchObject.PageList list -> {
        return unmapList(bench, op, api, list);
      }
      case BenchObject.Signal signal -> throw op.wrong("unmaps a fence");
      case BenchObject.Shared shared -> throw op.wrong("unmaps a dma-buf");
      case BenchObject.Attached attached -> throw op.wrong("unmaps an attachment");
    }
  }

  private static Answer addressed(long dma) {
    return new Answer().hex("addr", dma).number("rc", 0);
  }

  private static Arguments arguments(
      Bench bench,
      Operation op,
      String owner,
      long dma,
      long size,
      DmaDirection direction,
      DmaAttrs attrs) {
    return new Arguments(
        bench.device(op.given(8) ? op.word(8) : owner).orElseThrow(() -> op.wrong("names no device")),
        op.given(3) ? displaced(op, op.word(3), dma) : dma,
        op.given(4) ? op.number(4) : size,
        op.given(5) ? op.direction(5) : direction,
        op.given(6) ? stated(op) : attrs);
  }

  /** {@code x} states that there are none. */
  private static DmaAttrs stated(Operation op) {
    return op.word(6).equals("x") ? DmaAttrs.NONE : op.attrs(6);
  }

  private static long displaced(Operation op, String word, long dma) {
    return word.startsWith("+") ? dma + op.number(word.substring(1)) : op.number(word);
  }

  private static void unmapSingle(Bench bench, Operation op, String api, Arguments a) {
    Dma dma = bench.dma();
    switch (api) {
      case "page", "single" -> dma.unmap(a.device(), a.dma(), a.size(), a.direction(), a.attrs());
      case "res" -> dma.unmapResource(a.device(), a.dma(), a.size(), a.direction(), a.attrs());
      case "phys" -> dma.unmapPhys(a.device(), a.dma(), a.size(), a.direction(), a.attrs());
      default -> throw op.wrong("unmaps this object by an API that does not fit it");
    }
  }

  private static Answer unmapBuffer(
      Bench bench, Operation op, String api, BenchObject.Buffer buffer) {
    Allocation allocation = buffer.allocation();
    Arguments a =
        arguments(
            bench,
            op,
            buffer.device(),
            allocation.handle(),
            allocation.sizeBytes(),
            DmaDirection.BIDIRECTIONAL,
            allocation.attrs());
    boolean asCoherent = List.of("coherent", "cohcpu", "cohirq", "pfree").contains(api);
    if (!asCoherent) {
      unmapSingle(bench, op, api, a);
      return addressed(a.dma());
    }
    // For cohcpu the length word is the distance of the CPU address.
    boolean otherCpu = api.equals("cohcpu");
    bench
        .dma()
        .freeAttrs(
            a.device(),
            allocation,
            new Dma.FreeCall(
                otherCpu ? allocation.sizeBytes() : a.size(),
                otherCpu ? a.size() : 0,
                a.dma(),
                a.attrs(),
                api.equals("cohirq")));
    if (!api.equals("pfree")) {
      bench.remove(op.word(1));
    }
    return addressed(a.dma());
  }

  private static Answer unmapList(
      Bench bench, Operation op, String api, BenchObject.PageList list) {
    Optional<BenchObject.Use> last = list.lastUse();
    if (last.isEmpty()) {
      return Answer.noObject();
    }
    BenchObject.Use use = last.get();
    Arguments a =
        arguments(
            bench, op, use.device(), 0, list.table().origNents(), use.direction(), use.attrs());
    if (api.equals("sg")) {
      int nents = (int) op.numberOr(7, list.table().origNents());
      bench.dma().unmapSg(a.device(), list.table(), nents, a.direction(), a.attrs());
    } else {
      unmapSingle(bench, op, api, a);
    }
    list.unmapped();
    return addressed(a.dma());
  }

  private static boolean forDevice(Operation op) {
    return switch (op.word(2)) {
      case "dev" -> true;
      case "cpu" -> false;
      default -> throw op.wrong("syncs for neither cpu nor dev");
    };
  }

  private static Answer syncAt(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.Mapping> found = bench.find(BenchObject.Mapping.class, op.word(1));
    if (found.isEmpty()) {
      return Answer.noObject();
    }
    BenchObject.Mapping m = found.get();
    long dma = displaced(op, op.word(3), m.dma());
    YardDevice device = bench.device(m.device()).orElseThrow();
    bench.dma().syncSingle(device, dma, op.number(4), op.direction(5), forDevice(op));
    return addressed(dma);
  }

  private static Answer syncSg(Bench bench, Operation op, JsonObject recorded) {
    Optional<BenchObject.PageList> list = bench.find(BenchObject.PageList.class, op.word(1));
    Optional<BenchObject.Use> use = list.flatMap(BenchObject.PageList::lastUse);
    if (use.isEmpty()) {
      return Answer.noObject();
    }
    YardDevice device = bench.device(use.get().device()).orElseThrow();
    int nents = (int) op.number(4);
    bench.dma().syncSg(device, list.get().table(), nents, op.direction(3), forDevice(op));
    return Answer.rc(0);
  }

  private static Answer drop(Bench bench, Operation op, JsonObject recorded) {
    if (bench.object(op.word(1)).isEmpty()) {
      return Answer.noObject();
    }
    bench.remove(op.word(1));
    return Answer.rc(0);
  }

  private static Answer rebind(Bench bench, Operation op, JsonObject recorded) {
    Optional<YardDevice> device = bench.device(op.word(1));
    if (device.isEmpty()) {
      return Answer.noDevice();
    }
    bench.state().rebind(List.of(device.get().id()));
    return Answer.rc(1);
  }
}
