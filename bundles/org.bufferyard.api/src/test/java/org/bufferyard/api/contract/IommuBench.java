package org.bufferyard.api.contract;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.PageRequest;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;

/**
 * A yard of one IOMMU for tests: 1 GiB of RAM at 0x40000000, whose first quarter gives translation
 * tables. It counts the tables, poisons those that were freed, and runs out of them when told to.
 */
public final class IommuBench implements IommuContext {
  /** All RAM there is. */
  public static final PhysRange RAM = new PhysRange(0x4000_0000L, 1L << 30);

  private static final PhysRange TABLES = new PhysRange(RAM.base(), RAM.size() / 4);

  private final PlainMemory memory = new PlainMemory(List.of(RAM), List.of());
  private final RecordedEvents events = new RecordedEvents();
  private final KernelProfile kernel;
  /** Size in bytes by address. */
  private final Map<Long, Long> live = new TreeMap<>();

  private long next = TABLES.base();
  private int left = Integer.MAX_VALUE;
  private long nowNanos;
  private Optional<Function<PageRequest, PageRequest.Response>> pager = Optional.empty();

  public IommuBench(KernelProfile kernel) {
    this.kernel = kernel;
  }

  public IommuBench() {
    this(KernelProfile.DEFAULT);
  }

  @Override
  public KernelProfile kernel() {
    return kernel;
  }

  @Override
  public RecordedEvents events() {
    return events;
  }

  @Override
  public PlainMemory memory() {
    return memory;
  }

  @Override
  public long allocTable(long sizeBytes) {
    if (Long.bitCount(sizeBytes) != 1 || sizeBytes < 0) {
      throw new AssertionError("allocTable(" + sizeBytes + "): not a power of two");
    }
    long phys = (next + sizeBytes - 1) & -sizeBytes;
    if (left == 0 || !TABLES.contains(phys, sizeBytes)) {
      return -1;
    }
    left--;
    next = phys + sizeBytes;
    memory.fill(phys, sizeBytes, (byte) 0);
    live.put(phys, sizeBytes);
    return phys;
  }

  @Override
  public void freeTable(long phys, long sizeBytes) {
    Long size = live.remove(phys);
    if (size == null || size != sizeBytes) {
      throw new AssertionError(
          "freeTable(0x%x, %d), but there is %s".formatted(phys, sizeBytes, size));
    }
    memory.fill(phys, sizeBytes, (byte) 0xa5);
  }

  @Override
  public long nowNanos() {
    return nowNanos;
  }

  @Override
  public Optional<PageRequest.Response> reportDeviceFault(PageRequest request) {
    return pager.map(p -> p.apply(request));
  }

  /** Who answers page requests from now on. */
  public void pageRequestsTo(Function<PageRequest, PageRequest.Response> handler) {
    pager = Optional.of(handler);
  }

  /** Lets time pass. */
  public void advance(long nanos) {
    nowNanos += nanos;
  }

  /** Lets only so many further tables be had. */
  public void allowTables(int tables) {
    left = tables;
  }

  /** Tables handed out and not given back: size in bytes by physical address. */
  public Map<Long, Long> liveTables() {
    return Map.copyOf(live);
  }

  /** The little-endian 32-bit word at {@code phys}, read from the memory's bytes. */
  public int word(long phys) {
    byte[] bytes = new byte[4];
    memory.read(phys, bytes, 0, 4);
    return java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt();
  }
}
