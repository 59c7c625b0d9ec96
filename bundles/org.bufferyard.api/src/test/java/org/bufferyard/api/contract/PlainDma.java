package org.bufferyard.api.contract;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.IovaRange;
import org.bufferyard.api.dma.Gfp;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;

/**
 * A DMA API for tests of dma-buf ops: allocations are made by the test, every device has its own
 * window onto memory ({@link #busOffset}), and what is mapped is counted.
 *
 * <p>It never bounces, never merges, and knows no masks; allocation calls are not part of it.
 */
public final class PlainDma implements Dma {

  /** One live mapping of a table. */
  public record Live(String device, SgTable table, DmaDirection direction, boolean remap) {}

  private final PhysMemory memory;
  private final Map<String, Long> offsets = new HashMap<>();
  private final Map<SgTable, Live> live = new IdentityHashMap<>();
  private final Map<Long, Live> ranges = new HashMap<>();
  private final List<String> misuses = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private final List<Allocation> freed = new ArrayList<>();
  private int mapError;
  private int sgtableError;

  public PlainDma(PhysMemory memory) {
    this.memory = memory;
  }

  public PhysMemory memory() {
    return memory;
  }

  /** Nothing translates here. */
  @Override
  public Optional<IovaRange> tryAllocIova(DmaDevice device, long phys, long sizeBytes) {
    return Optional.empty();
  }

  /** Bus address minus physical address, for a device; 0 unless set. */
  public void busOffset(String device, long offset) {
    offsets.put(device, offset);
  }

  /** Every later map and remap fails with {@code rc}; 0 ends that. */
  public void failMapsWith(int rc) {
    mapError = rc;
  }

  /** Every later dma_get_sgtable() fails with {@code rc}; 0 ends that. */
  public void failGetSgtableWith(int rc) {
    sgtableError = rc;
  }

  /** Tables that are mapped now, and ranges of {@link #mapPhys} as tables of one entry. */
  public List<Live> live() {
    List<Live> all = new ArrayList<>(live.values());
    all.addAll(ranges.values());
    return List.copyOf(all);
  }

  /** Unmaps of what was not mapped, or in another way than it was mapped. */
  public List<String> misuses() {
    return List.copyOf(misuses);
  }

  /** Map, unmap, remap and sync calls in order, with their attributes. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  public List<Allocation> freed() {
    return List.copyOf(freed);
  }

  /** A coherent allocation of physically contiguous memory at {@code phys}. */
  public Allocation allocation(
      DmaDevice owner, long phys, long sizeBytes, AllocationSource source, DmaAttrs attrs) {
    Allocation.CpuAddress cpu =
        attrs.has(DmaAttr.NO_KERNEL_MAPPING)
            ? Allocation.CpuAddress.COOKIE
            : Allocation.CpuAddress.VMALLOC;
    return new Allocation(
        owner.id(),
        sizeBytes,
        phys + offsetOf(owner),
        List.of(new PhysRange(phys, PageRef.align(sizeBytes))),
        source,
        cpu,
        attrs);
  }

  private long offsetOf(DmaDevice device) {
    return offsets.getOrDefault(device.id(), 0L);
  }

  /** The physical address behind a device's bus address. */
  public long physOf(DmaDevice device, long dma) {
    return dma - offsetOf(device);
  }

  // ---- sharing ----

  @Override
  public SgResult getSgtable(DmaDevice device, Allocation allocation, long sizeBytes) {
    if (sgtableError != 0) {
      return SgResult.failed(sgtableError);
    }
    long phys = allocation.physAt(0);
    PageRef page = new PageRef(phys >>> PageRef.SHIFT, memory.backing(phys));
    return SgResult.of(
        SgTable.ofPages(List.of(new Segment.PageBacked(page, 0, PageRef.align(sizeBytes)))));
  }

  @Override
  public MapResult mmap(DmaDevice device, Allocation allocation, long pageOffset, long sizeBytes) {
    long count = PageRef.align(allocation.sizeBytes()) >>> PageRef.SHIFT;
    long pages = PageRef.align(sizeBytes) >>> PageRef.SHIFT;
    if (pageOffset < 0 || pageOffset + pages > count) {
      return MapResult.failed(Errno.ENXIO.rc());
    }
    return MapResult.of(
        new Window(allocation.physAt(pageOffset << PageRef.SHIFT), pages << PageRef.SHIFT));
  }

  @Override
  public Optional<CpuMapping> cpuMapping(Allocation allocation) {
    return allocation.cpuAddress() == Allocation.CpuAddress.COOKIE
        ? Optional.empty()
        : Optional.of(new Window(allocation.physAt(0), PageRef.align(allocation.sizeBytes())));
  }

  private final class Window implements CpuMapping {
    private final long phys;
    private final long size;

    Window(long phys, long size) {
      this.phys = phys;
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public Pgprot pgprot() {
      return Pgprot.DMA_COHERENT;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) {
      memory.read(phys + offset, into, at, length);
    }

    @Override
    public void write(long offset, byte[] from, int at, int length) {
      memory.write(phys + offset, from, at, length);
    }
  }

  // ---- mapping ----

  @Override
  public int mapSgtable(DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    calls.add("map " + device.id() + " " + direction + " " + attrs);
    if (mapError != 0) {
      return mapError;
    }
    if (live.containsKey(table)) {
      misuses.add(device.id() + " maps a table that is mapped");
    }
    for (int i = 0; i < table.origNents(); i++) {
      Segment.PageBacked entry = (Segment.PageBacked) table.segments().get(i);
      table.set(i, entry.mappedAt(entry.phys() + offsetOf(device), entry.length()));
    }
    table.setNents(table.origNents());
    live.put(table, new Live(device.id(), table, direction, false));
    return 0;
  }

  @Override
  public void unmapSgtable(
      DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    calls.add("unmap " + device.id() + " " + direction + " " + attrs);
    undo(device, table, direction, false);
  }

  private void undo(DmaDevice device, SgTable table, DmaDirection direction, boolean remap) {
    Live mapped = live.remove(table);
    if (mapped == null) {
      misuses.add(device.id() + " unmaps a table that is not mapped");
    } else if (!mapped.device().equals(device.id())
        || mapped.direction() != direction
        || mapped.remap() != remap) {
      misuses.add(device.id() + " unmaps " + direction + " what was mapped as " + mapped);
    }
  }

  @Override
  public void syncSg(
      DmaDevice device, SgTable table, DmaDirection direction, boolean forDevice) {
    calls.add("sync " + device.id() + " " + direction + (forDevice ? " device" : " cpu"));
  }

  @Override
  public boolean checkDevCoherent(DmaDevice device, Allocation allocation) {
    return allocation.source().isCoherentPool();
  }

  @Override
  public SgResult coherentRemap(
      DmaDevice exporter, Allocation allocation, DmaDevice importer, DmaDirection direction) {
    calls.add("remap " + importer.id() + " " + direction);
    if (mapError != 0) {
      return SgResult.failed(mapError);
    }
    SgTable table =
        SgTable.ofDma(
            allocation.runs().stream()
                .map(run -> new Segment.DmaOnly(run.base() + offsetOf(importer), run.size()))
                .toList());
    live.put(table, new Live(importer.id(), table, direction, true));
    return SgResult.of(table);
  }

  @Override
  public void coherentUnmap(DmaDevice importer, SgTable table, DmaDirection direction) {
    calls.add("unremap " + importer.id() + " " + direction);
    undo(importer, table, direction, true);
  }

  @Override
  public void free(Allocation allocation) {
    freed.add(allocation);
  }

  // ---- not for ops ----

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("dma-buf ops do not call this");
  }

  @Override
  public int setMask(DmaDevice device, long mask) {
    throw unused();
  }

  @Override
  public int setCoherentMask(DmaDevice device, long mask) {
    throw unused();
  }

  @Override
  public long requiredMask(DmaDevice device) {
    throw unused();
  }

  @Override
  public long maxMappingSize(DmaDevice device) {
    throw unused();
  }

  @Override
  public long optMappingSize(DmaDevice device) {
    return -1L;
  }

  @Override
  public long mergeBoundary(DmaDevice device) {
    return 0;
  }

  @Override
  public boolean addressingLimited(DmaDevice device) {
    throw unused();
  }

  @Override
  public Optional<Allocation> allocAttrs(
      DmaDevice device, long sizeBytes, Gfp gfp, DmaAttrs attrs) {
    throw unused();
  }

  @Override
  public Optional<Allocation> allocNoncontiguous(
      DmaDevice device, long sizeBytes, DmaDirection direction, Gfp gfp, DmaAttrs attrs) {
    throw unused();
  }

  @Override
  public SgTable sgtOf(Allocation noncontiguous) {
    throw unused();
  }

  @Override
  public boolean canMmap(DmaDevice device) {
    return true;
  }

  @Override
  public long mapPage(
      DmaDevice device,
      PageRef page,
      long offset,
      long sizeBytes,
      DmaDirection direction,
      DmaAttrs attrs) {
    return DmaAddress.MAPPING_ERROR;
  }

  @Override
  public long mapPhys(
      DmaDevice device, long phys, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    calls.add("phys " + device.id() + " " + direction + " " + attrs);
    if (mapError != 0) {
      return DmaAddress.MAPPING_ERROR;
    }
    long dma = phys + offsetOf(device);
    SgTable range = SgTable.ofDma(List.of(new Segment.DmaOnly(dma, sizeBytes)));
    ranges.put(dma, new Live(device.id(), range, direction, false));
    return dma;
  }

  @Override
  public long mapResource(
      DmaDevice device, long phys, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    return DmaAddress.MAPPING_ERROR;
  }

  @Override
  public void unmap(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    throw unused();
  }

  @Override
  public void unmapPhys(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    Live mapped = ranges.remove(dma);
    if (mapped == null
        || !mapped.device().equals(device.id())
        || mapped.direction() != direction
        || mapped.table().segments().getFirst().dmaLength() != sizeBytes) {
      misuses.add(device.id() + " unmaps a range that is not mapped so: " + mapped);
    }
  }

  @Override
  public void unmapResource(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
    throw unused();
  }

  @Override
  public int mappingError(DmaDevice device, long dma) {
    return dma == DmaAddress.MAPPING_ERROR ? Errno.ENOMEM.rc() : 0;
  }

  @Override
  public long mapSingle(
      DmaDevice device,
      Allocation.CpuAddress address,
      long phys,
      long sizeBytes,
      DmaDirection direction,
      DmaAttrs attrs) {
    return DmaAddress.MAPPING_ERROR;
  }

  @Override
  public void freeAttrs(DmaDevice device, Allocation allocation, FreeCall call) {
    throw unused();
  }

  @Override
  public void unmapSg(
      DmaDevice device, SgTable table, int nents, DmaDirection direction, DmaAttrs attrs) {
    unmapSgtable(device, table, direction, attrs);
  }

  @Override
  public void syncSg(
      DmaDevice device, SgTable table, int nents, DmaDirection direction, boolean forDevice) {
    syncSg(device, table, direction, forDevice);
  }

  @Override
  public int mapSg(DmaDevice device, SgTable table, DmaDirection direction, DmaAttrs attrs) {
    return mapSgtable(device, table, direction, attrs) == 0 ? table.nents() : 0;
  }

  @Override
  public void syncSingle(
      DmaDevice device, long dma, long sizeBytes, DmaDirection direction, boolean forDevice) {
    throw unused();
  }
}
