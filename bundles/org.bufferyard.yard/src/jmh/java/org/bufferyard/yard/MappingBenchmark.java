package org.bufferyard.yard;

import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.YardState;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The DMA API in a whole yard, of a device behind an SMMUv3: placement, tables, ledger and events
 * together. Translation tables have one provider for both flavours, whose entries lie where the
 * placement wants them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MappingBenchmark {
  private static final DmaDirection BOTH = DmaDirection.BIDIRECTIONAL;

  /** Calls in one task of the engine thread: handing it over costs more than a mapping. */
  private static final int CALLS = 1024;

  private static final int PAGES = 512;
  private static final int LISTS = 4;

  /** A yard where 4,096 pages are mapped, one by one. */
  @State(Scope.Thread)
  public static class Mapped {
    private static final int LIVE = 4096;

    @Param({Flavour.FIDELITY, Flavour.FAST})
    public String flavour;

    private final Random random = new Random(20170424);
    private final SwapBench bench = new SwapBench();
    private final PageRef page =
        new PageRef(Bench.RAM.base() >>> PageRef.SHIFT, PageBacking.LINEAR);
    private final byte[] bytes = new byte[8];
    private final long[] live = new long[LIVE];
    private final int[] order = new int[CALLS];
    private Yard yard;

    /** No two pages are neighbours, so that each has an entry of its own. */
    private final SgTable scattered =
        SgTable.ofPages(
            IntStream.range(0, PAGES)
                .mapToObj(
                    i ->
                        new Segment.PageBacked(
                            new PageRef(page.pfn() + 2L * i, PageBacking.LINEAR), 0, PageRef.SIZE))
                .toList());

    @Setup(Level.Trial)
    public void open() {
      yard = bench.open(new YardOptions(KernelProfile.DEFAULT, flavour, false));
      on(
          state -> {
            for (int i = 0; i < LIVE; i++) {
              live[i] = map(state.dma(), state.device("viewer"));
            }
            return 0;
          });
    }

    @Setup(Level.Iteration)
    public void shuffle() {
      for (int i = 0; i < CALLS; i++) {
        order[i] = random.nextInt(LIVE);
      }
    }

    /** What nobody reads is let go, as batch readers do. */
    final long on(ToLongFunction<YardState> task) {
      return yard.call(
          state -> {
            long answer = task.applyAsLong(state);
            state.events().forgetBefore(state.events().mark());
            return answer;
          });
    }

    private long map(Dma dma, YardDevice device) {
      long at = dma.mapPage(device, page, 0, PageRef.SIZE, BOTH, DmaAttrs.NONE);
      if (at == -1L) {
        throw new IllegalStateException("a page is not mapped");
      }
      return at;
    }

    @TearDown(Level.Trial)
    public void close() {
      yard.close();
      bench.close();
    }
  }

  @Benchmark
  @OperationsPerInvocation(CALLS)
  public long unmapAndMapPage(Mapped yard) {
    return yard.on(
        state -> {
          Dma dma = state.dma();
          YardDevice device = state.device("viewer");
          for (int at : yard.order) {
            dma.unmap(device, yard.live[at], PageRef.SIZE, BOTH, DmaAttrs.NONE);
            yard.live[at] = yard.map(dma, device);
          }
          return yard.live[0];
        });
  }

  @Benchmark
  @OperationsPerInvocation(LISTS * PAGES)
  public long mapAndUnmapList(Mapped yard) {
    return yard.on(
        state -> {
          Dma dma = state.dma();
          YardDevice device = state.device("viewer");
          int rc = 0;
          for (int i = 0; i < LISTS; i++) {
            rc |= dma.mapSgtable(device, yard.scattered, BOTH, DmaAttrs.NONE);
            dma.unmapSgtable(device, yard.scattered, BOTH, DmaAttrs.NONE);
          }
          if (rc != 0) {
            throw new IllegalStateException("a list is not mapped: " + rc);
          }
          return rc;
        });
  }

  @Benchmark
  @OperationsPerInvocation(CALLS)
  public long read(Mapped yard) {
    return yard.on(
        state -> {
          DeviceBus bus = state.bus(state.device("viewer"));
          long sum = 0;
          for (int at : yard.order) {
            Optional<Translation.Fault> fault =
                bus.read(yard.live[at], yard.bytes, 0, yard.bytes.length);
            if (fault.isPresent()) {
              throw new IllegalStateException(fault.toString());
            }
            sum += yard.bytes[0];
          }
          return sum;
        });
  }
}
