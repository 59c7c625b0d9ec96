package org.bufferyard.yard;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.contract.PlainAllocatorContext;
import org.bufferyard.api.contract.PlainIovaContext;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.wiring.PlainWiring;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Books of placement in steady state: one operation gives back a range chosen at random and takes one
 * of a size chosen at random, so that the book stays as full as it was, and ages.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PlacementBenchmark {

  /** Live ranges, and who is next. */
  @State(Scope.Thread)
  public abstract static class Book {
    @Param({Flavour.FIDELITY, Flavour.FAST})
    public String flavour;

    private final Random random = new Random(20170424);
    private long[] starts;
    private int[] sizes;

    /** Drawn before, since drawing costs as much as some of what is measured. */
    private final int[] victims = new int[1 << 16];

    private final int[] wishes = new int[1 << 16];
    private int step;

    final void fill(int live, int smallest, int largest) {
      starts = new long[live];
      sizes = new int[live];
      for (int i = 0; i < victims.length; i++) {
        victims[i] = random.nextInt(live);
        wishes[i] = random.nextInt(smallest, largest + 1);
      }
      for (int i = 0; i < live; i++) {
        sizes[i] = size(wishes[i & 0xffff]);
        starts[i] = take(sizes[i]);
      }
    }

    final long turn() {
      int at = victims[step & 0xffff];
      give(starts[at], sizes[at]);
      sizes[at] = size(wishes[step++ * 7 & 0xffff]);
      starts[at] = take(sizes[at]);
      return starts[at];
    }

    /** Units of a wish. */
    int size(int wish) {
      return wish;
    }

    abstract long take(int size);

    abstract void give(long start, int size);

    abstract void open(Kinds kinds) throws AdoptionDeclinedException;

    @Setup(Level.Trial)
    public final void open() throws AdoptionDeclinedException {
      try (PlainWiring wiring = PlainWiring.wire()) {
        open(wiring.get(Kinds.class));
      }
    }
  }

  /** An address space below 4 GiB: what the DMA API asks for first. */
  public abstract static class Iovas extends Book {
    private static final long LIMIT = (1L << 20) - 1;

    private IovaAllocator book;

    final void open(Kinds kinds, int live, int smallest, int largest)
        throws AdoptionDeclinedException {
      book =
          kinds
              .choose(IovaAllocatorKind.class, "iova", flavour)
              .orElseThrow()
              .open(new IovaSpec("benchmark", PageRef.SHIFT, 1), PlainIovaContext.of(List.of()));
      fill(live, smallest, largest);
    }

    @Override
    final long take(int size) {
      long pfn = book.allocate(size, LIMIT, true);
      if (pfn == IovaAllocator.NO_IOVA) {
        throw new IllegalStateException("no room for " + size + " frames");
      }
      return pfn;
    }

    @Override
    final void give(long start, int size) {
      book.free(start, size);
    }

    @TearDown(Level.Trial)
    public final void close() {
      book.close();
    }
  }

  /** 4,096 live ranges of one frame: the kernel's cache of freed ranges serves. */
  public static class SmallIovas extends Iovas {
    @Override
    void open(Kinds kinds) throws AdoptionDeclinedException {
      open(kinds, 4096, 1, 1);
    }
  }

  /** 2,048 live ranges of 33 to 64 frames: beyond what the kernel caches. */
  public static class LargeIovas extends Iovas {
    @Override
    void open(Kinds kinds) throws AdoptionDeclinedException {
      open(kinds, 2048, 33, 64);
    }
  }

  /** Memory from 1 GiB on. */
  public abstract static class Frames extends Book {
    private Allocator book;

    final void open(Kinds kinds, String model, long sizeBytes) throws AdoptionDeclinedException {
      AllocatorSpec spec =
          new AllocatorSpec(
              "benchmark", model, List.of(new PhysRange(1L << 30, sizeBytes)), Map.of());
      book =
          kinds
              .choose(AllocatorKind.class, model, flavour)
              .orElseThrow()
              .open(spec, PlainAllocatorContext.of(List.of()));
    }

    @Override
    final long take(int size) {
      long base = book.allocate(AllocationRequest.pages(size));
      if (base == Allocator.NO_MEMORY) {
        throw new IllegalStateException("no room for " + size + " pages");
      }
      return base;
    }

    @Override
    final void give(long start, int size) {
      book.free(start, (long) size << PageRef.SHIFT);
    }

    @TearDown(Level.Trial)
    public final void close() {
      book.close();
    }
  }

  /** 1 GiB of pages, nine tenths of them taken one by one. */
  public static class Pages extends Frames {
    @Override
    void open(Kinds kinds) throws AdoptionDeclinedException {
      open(kinds, "buddy", 1L << 30);
      fill((1 << 18) / 10 * 9, 1, 1);
    }
  }

  /** 4 GiB of pages with 16,384 blocks of 1, 2, 4 … 64. */
  public static class Blocks extends Frames {
    @Override
    void open(Kinds kinds) throws AdoptionDeclinedException {
      open(kinds, "buddy", 1L << 32);
      fill(1 << 14, 0, 6);
    }

    @Override
    int size(int wish) {
      return 1 << wish;
    }
  }

  /** 256 MiB of a CMA area, three quarters taken by buffers of 1 MiB. */
  public static class CmaBuffers extends Frames {
    @Override
    void open(Kinds kinds) throws AdoptionDeclinedException {
      open(kinds, "cma", 1L << 28);
      fill(192, 256, 256);
    }
  }

  /** 16 MiB of a coherent pool, half taken by buffers of 1 to 8 pages. */
  public static class PoolBuffers extends Frames {
    @Override
    void open(Kinds kinds) throws AdoptionDeclinedException {
      open(kinds, "coherent-pool", 1L << 24);
      fill(400, 1, 8);
    }
  }

  @Benchmark
  public long iovaOfOneFrame(SmallIovas book) {
    return book.turn();
  }

  @Benchmark
  public long iovaOfManyFrames(LargeIovas book) {
    return book.turn();
  }

  @Benchmark
  public long page(Pages book) {
    return book.turn();
  }

  @Benchmark
  public long blockOfPages(Blocks book) {
    return book.turn();
  }

  @Benchmark
  public long bufferOfCma(CmaBuffers book) {
    return book.turn();
  }

  @Benchmark
  public long bufferOfPool(PoolBuffers book) {
    return book.turn();
  }
}
