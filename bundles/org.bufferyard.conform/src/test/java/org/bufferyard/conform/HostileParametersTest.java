package org.bufferyard.conform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Numbers that no driver should pass, on boards that were recorded: every call answers as a kernel
 * would, with a value, an errno or the death of its caller, and nothing of ours throws or hangs.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileParametersTest {
  private static final long[] SIZES = {
    0, 1, 4095, 4096, 262_145, 1L << 31, 1L << 32, 1L << 40, 1L << 52, 1L << 62, Long.MAX_VALUE,
    Long.MIN_VALUE, Long.MIN_VALUE + 4096, -1L, -4095, -4096
  };
  private static final long[] ADDRESSES = {
    0, 1, 0xfff, 0x7fff_ffffL, 0xffff_ffffL, 0x1_0000_0000L, 1L << 52, Long.MAX_VALUE,
    Long.MIN_VALUE, -1L, -4096
  };
  private static final long[] MASKS = {0, 1, 0xfff, 0x7fff_ffffL, 0xffff_ffffL, -1L};
  private static final DmaDirection BOTH = DmaDirection.BIDIRECTIONAL;

  private static RecordedYards yards;

  @BeforeAll
  static void wire() {
    yards = new RecordedYards();
  }

  @AfterAll
  static void unwire() {
    yards.close();
  }

  static Stream<Arguments> boards() {
    return Stream.of(
        Arguments.of("x86-6.1-vtd-strict", Flavour.FIDELITY),
        Arguments.of("x86-7.3-vtd-strict", Flavour.FAST),
        Arguments.of("x86-7.3-swiotlb-force", Flavour.FIDELITY),
        Arguments.of("x86-7.3-noswiotlb", Flavour.FIDELITY),
        Arguments.of("arm64-6.1-direct", Flavour.FIDELITY),
        Arguments.of("arm64-7.3-smmu-strict", Flavour.FIDELITY),
        Arguments.of("arm64-7.3dbg-direct+rdp", Flavour.FAST));
  }

  private interface Task {
    void on(YardState state, RecordedBoot boot);
  }

  private interface DeviceTask {
    void on(YardState state, YardDevice device, PageRef page);
  }

  private static void yard(String run, String flavour, Task task) {
    RecordedBoot boot = yards.boot(run);
    yards.on(boot, boot.board(), flavour, state -> task.on(state, boot));
  }

  /** One device of each way to memory, and a page of the board's. */
  private static void eachDevice(String run, String flavour, DeviceTask task) {
    yard(
        run,
        flavour,
        (state, boot) -> {
          PageRef page = page(state, boot);
          devices(boot).forEach(id -> task.on(state, state.device(id), page));
        });
  }

  /** One device of each way to memory. */
  private static List<String> devices(RecordedBoot boot) {
    Map<List<Object>, String> ways = new LinkedHashMap<>();
    for (DeviceSpec device : boot.board().devices()) {
      ways.putIfAbsent(
          List.of(
              device.pci(),
              device.streams().isEmpty(),
              device.pools(),
              device.reach().coherent(),
              device.reach().rangeMap().regions()),
          device.id());
    }
    return List.copyOf(ways.values());
  }

  /** A call may answer or kill its caller. */
  private static void answers(String what, Runnable call) {
    try {
      call.run();
    } catch (KernelOops dead) {
      // A kernel dies of some of these; so does ours.
    } catch (RuntimeException | Error thrown) {
      throw new AssertionError(what + ": " + thrown, thrown);
    }
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("boards")
  void allocations(String run, String flavour) {
    eachDevice(
        run,
        flavour,
        (state, device, page) -> {
          for (long size : SIZES) {
            allocate(state, device, size, Gfp.KERNEL, DmaAttrs.NONE);
            allocate(state, device, size, Gfp.ATOMIC, DmaAttrs.NONE);
            allocate(state, device, size, Gfp.KERNEL, DmaAttrs.of(DmaAttr.FORCE_CONTIGUOUS));
            allocate(state, device, size, Gfp.KERNEL, DmaAttrs.of(DmaAttr.NO_KERNEL_MAPPING));
            answers(
                device.id() + " allocNoncontiguous " + hex(size),
                () ->
                    state
                        .dma()
                        .allocNoncontiguous(device, size, BOTH, Gfp.KERNEL, DmaAttrs.NONE)
                        .ifPresent(state.dma()::free));
          }
          assertEquals(0, state.balance().pages(), "everything came back");
        });
  }

  private static void allocate(
      YardState state, YardDevice device, long size, Gfp gfp, DmaAttrs attrs) {
    Dma dma = state.dma();
    answers(
        device.id() + " allocAttrs " + hex(size) + " " + gfp + " " + attrs,
        () -> {
          Optional<Allocation> made = dma.allocAttrs(device, size, gfp, attrs);
          made.ifPresent(
              allocation -> {
                for (long part : size > 1 << 20 ? new long[] {1, -1} : SIZES) {
                  answers(
                      device.id() + " of " + hex(size) + " getSgtable " + hex(part),
                      () -> dma.getSgtable(device, allocation, part));
                  answers(
                      device.id() + " of " + hex(size) + " mmap " + hex(part),
                      () -> {
                        dma.mmap(device, allocation, part, 4096);
                        dma.mmap(device, allocation, 0, part);
                        dma.mmap(device, allocation, part, part);
                      });
                }
                dma.free(allocation);
              });
        });
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("boards")
  void singleMappings(String run, String flavour) {
    eachDevice(
        run,
        flavour,
        (state, device, page) -> {
          for (long size : SIZES) {
            for (long offset : ADDRESSES) {
              mapped(state, device, page, offset, size, DmaAttrs.NONE);
              physical(state, device, offset, size);
            }
            mapped(state, device, page, 0, size, DmaAttrs.of(DmaAttr.SKIP_CPU_SYNC));
          }
        });
  }

  private static void mapped(
      YardState state, YardDevice device, PageRef page, long offset, long size, DmaAttrs attrs) {
    Dma dma = state.dma();
    answers(
        device.id() + " mapPage " + hex(offset) + "+" + hex(size),
        () -> {
          long at = dma.mapPage(device, page, offset, size, BOTH, attrs);
          if (at != -1L) {
            dma.syncSingle(device, at, size, BOTH, true);
            dma.syncSingle(device, at, size, BOTH, false);
            dma.unmap(device, at, size, BOTH, attrs);
          }
        });
  }

  private static void physical(YardState state, YardDevice device, long phys, long size) {
    Dma dma = state.dma();
    answers(
        device.id() + " mapResource " + hex(phys) + "+" + hex(size),
        () -> {
          long at = dma.mapResource(device, phys, size, BOTH, DmaAttrs.NONE);
          if (at != -1L) {
            dma.unmap(device, at, size, BOTH, DmaAttrs.of(DmaAttr.MMIO));
          }
        });
    answers(
        device.id() + " unmap of nothing " + hex(phys) + "+" + hex(size),
        () -> dma.unmap(device, phys, size, BOTH, DmaAttrs.NONE));
    answers(
        device.id() + " sync of nothing " + hex(phys) + "+" + hex(size),
        () -> {
          dma.syncSingle(device, phys, size, BOTH, true);
          dma.syncSingle(device, phys, size, BOTH, false);
        });
  }

  private static PageRef page(YardState state, RecordedBoot boot) {
    long phys = boot.arenas().values().iterator().next().base();
    return new PageRef(phys >>> PageRef.SHIFT, state.memory().backing(phys));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("boards")
  void lists(String run, String flavour) {
    eachDevice(
        run,
        flavour,
        (state, device, page) -> {
          listed(state, device, "no entry", List.of());
          for (long size : SIZES) {
            listed(state, device, "one of " + hex(size), List.of(entry(page, 0, size)));
            listed(
                state,
                device,
                "two of " + hex(size),
                List.of(entry(page, 4095, size), entry(page, -1, size)));
          }
        });
  }

  private static Segment.PageBacked entry(PageRef page, int offset, long length) {
    return new Segment.PageBacked(page, offset, length);
  }

  private static void listed(
      YardState state, YardDevice device, String what, List<Segment.PageBacked> entries) {
    Dma dma = state.dma();
    answers(
        device.id() + " mapSgtable " + what,
        () -> {
          SgTable table = SgTable.ofPages(entries);
          if (dma.mapSgtable(device, table, BOTH, DmaAttrs.NONE) == 0) {
            dma.syncSg(device, table, BOTH, true);
            dma.syncSg(device, table, BOTH, false);
            dma.unmapSgtable(device, table, BOTH, DmaAttrs.NONE);
          }
        });
    answers(
        device.id() + " mapSg " + what,
        () -> {
          SgTable table = SgTable.ofPages(entries);
          if (dma.mapSg(device, table, BOTH, DmaAttrs.NONE) > 0) {
            dma.unmapSgtable(device, table, BOTH, DmaAttrs.NONE);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86-7.3-vtd-strict", "x86-7.3-swiotlb-force", "arm64-6.1-direct"})
  void aMillionSegments(String run) {
    yard(
        run,
        Flavour.FIDELITY,
        (state, boot) -> {
          PageRef page = page(state, boot);
          List<Segment.PageBacked> entries = new ArrayList<>();
          for (int i = 0; i < 1_000_000; i++) {
            entries.add(entry(page, 0, 4096));
          }
          listed(state, state.device("A"), "a million", entries);
        });
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("boards")
  void masksAndParameters(String run, String flavour) {
    eachDevice(
        run,
        flavour,
        (state, found, page) -> {
          for (long mask : MASKS) {
            YardDevice device = state.recreate(found.id());
            answers(
                device.id() + " masks " + hex(mask),
                () -> {
                  state.dma().setMask(device, mask);
                  state.dma().setCoherentMask(device, mask);
                  state.dma().requiredMask(device);
                });
            after(state, device, page, "mask " + hex(mask));
          }
          for (long value : SIZES) {
            YardDevice device = state.recreate(found.id());
            device.setMaxSegmentSize(value);
            device.setSegmentBoundary(value);
            device.setMinAlignMask(value);
            after(state, device, page, "parameters " + hex(value));
            device.setUntrusted(true);
            after(state, device, page, "untrusted, parameters " + hex(value));
          }
        });
  }

  private static void after(YardState state, YardDevice device, PageRef page, String what) {
    answers(device.id() + " " + what + ", limit", () -> state.dma().maxMappingSize(device));
    mapped(state, device, page, 100, 5000, DmaAttrs.NONE);
    listed(state, device, what, List.of(entry(page, 100, 5000), entry(page, 0, 4096)));
    allocate(state, device, 8192, Gfp.KERNEL, DmaAttrs.NONE);
  }

  /**
   * An IOMMU behind an IOMMU, two that stand behind each other, two for one device, one that is not
   * there: a board that opens serves its devices, and one that does not says why in a line.
   */
  @Test
  void chainsOfIommus() {
    RecordedBoot boot = yards.boot("arm64-7.3-smmu-strict");
    PlatformSpec board = boot.board();
    IommuSpec inner = board.iommus().getFirst();
    IommuSpec outer = new IommuSpec("outer", "outer", inner.model(), true, inner.parameters());
    DeviceSpec s1 = board.device("S1").orElseThrow();
    StreamId toInner = s1.streams().getFirst();
    StreamId toOuter = new StreamId("outer", List.of(7L));
    DeviceSpec innerAsMaster = renamed(s1, inner.id(), List.of(toOuter));
    DeviceSpec outerAsMaster = renamed(s1, "outer", List.of(toInner));
    chain(boot, List.of(inner, outer), List.of(s1, innerAsMaster));
    chain(boot, List.of(inner, outer), List.of(s1, innerAsMaster, outerAsMaster));
    chain(boot, List.of(inner, outer), List.of(s1.withStreams(List.of(toInner, toOuter))));
    chain(boot, List.of(inner), List.of(s1.withStreams(List.of(toOuter))));
    chain(boot, List.of(inner), List.of(renamed(s1, inner.id(), List.of(toInner))));
    chain(boot, List.of(inner, inner), List.of(s1));
  }

  private static DeviceSpec renamed(DeviceSpec d, String id, List<StreamId> streams) {
    return new DeviceSpec(
        id,
        id,
        "/" + id,
        d.model(),
        d.type(),
        d.reach(),
        d.limits(),
        d.pci(),
        streams,
        d.pools(),
        d.group(),
        d.registers(),
        d.reservedIova(),
        d.ops(),
        d.requiresContiguous(),
        d.attributes());
  }

  private static void chain(RecordedBoot boot, List<IommuSpec> iommus, List<DeviceSpec> devices) {
    try {
      PlatformSpec board =
          new PlatformSpec(
              "chain",
              boot.board().machine(),
              boot.board().memory(),
              boot.board().pools(),
              iommus,
              devices);
      yards.on(
          boot,
          board,
          Flavour.FIDELITY,
          state -> {
            for (DeviceSpec device : devices) {
              after(state, state.device(device.id()), page(state, boot), "chained");
              state.recreate(device.id());
            }
          });
    } catch (BadInputException refused) {
      assertFalse(refused.getMessage().isBlank());
      assertFalse(refused.getMessage().contains("\n"));
    }
  }
}
