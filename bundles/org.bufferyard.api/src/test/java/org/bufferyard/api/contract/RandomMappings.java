package org.bufferyard.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuProt;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.memory.PhysRange;

/**
 * Random mappings in a domain, held against a plain map: every access gives what the map says, or,
 * for a page that went since the last sync, what was there before, marked stale.
 */
final class RandomMappings {
  private record Page(long iova, long size, long phys, int prot) {
    boolean covers(long address) {
      return Long.compareUnsigned(address - iova, size) < 0;
    }

    long physOf(long address) {
      return phys + (address - iova);
    }
  }

  private final long seed;
  private final Random random;
  private final Iommu iommu;
  private final StreamId stream;
  private final IommuDomain domain;
  private final long physicalLimit;
  private final Optional<PhysRange> untranslated;

  /** Whether the format can forbid writes. */
  private final boolean readOnly;

  private final List<Long> sizes;
  private final long granule;
  private final long windowBase;
  private final long windowSize;

  /** By IOVA. */
  private final TreeMap<Long, Page> pages = new TreeMap<>();

  /** Unmapped since the last sync. */
  private final List<Page> unsynced = new ArrayList<>();

  private int step;

  RandomMappings(
      long seed,
      Iommu iommu,
      StreamId stream,
      IommuDomain domain,
      long physicalLimit,
      Optional<PhysRange> untranslated,
      boolean readOnly) {
    this.readOnly = readOnly;
    this.seed = seed;
    this.random = new Random(seed);
    this.iommu = iommu;
    this.stream = stream;
    this.domain = domain;
    this.physicalLimit = physicalLimit;
    this.untranslated = untranslated;
    this.sizes = IommuContract.pageSizes(domain.geometry());
    this.granule = sizes.getFirst();
    long largest = sizes.getLast();
    this.windowBase = (domain.geometry().apertureStart() + largest - 1) & -largest;
    this.windowSize = Math.max(4 * largest, 32 * granule);
  }

  void run(int steps) {
    for (step = 0; step < steps; step++) {
      switch (random.nextInt(8)) {
        case 0, 1 -> map();
        case 2 -> unmap();
        case 3 -> sync();
        default -> access();
      }
    }
  }

  private String where() {
    return "seed " + seed + ", step " + step;
  }

  private void map() {
    long size = sizes.get(random.nextInt(sizes.size()));
    long slots = Math.min(windowSize / size, 24);
    long iova = windowBase + random.nextLong(slots) * size;
    // Physical 0 is what iovaToPhys answers for nothing.
    long phys = Math.max(size, random.nextLong(physicalLimit) & -size);
    int count = 1 + random.nextInt(3);
    int prot = random.nextBoolean() || !readOnly ? IommuContract.RW : IommuProt.READ;
    if (random.nextBoolean()) {
      prot |= IommuProt.CACHE;
    }
    if (phys + size * count - 1 > physicalLimit || !pagesIn(iova, size * count).isEmpty()) {
      refuse(iova, phys, size, prot);
      return;
    }
    long mapped = domain.map(iova, phys, size, count, prot);
    assertTrue(
        mapped > 0 && mapped <= size * count && mapped % size == 0,
        () -> where() + ": map of " + size + " bytes gave " + mapped);
    for (long done = 0; done < mapped; done += size) {
      pages.put(iova + done, new Page(iova + done, size, phys + done, prot));
    }
  }

  /** Over an equal or larger page a map is refused; what a larger map does to smaller pages is not said. */
  private void refuse(long iova, long phys, long size, int prot) {
    Page there = pageAt(iova);
    if (there != null && there.size >= size) {
      assertTrue(domain.map(iova, phys, size, 1, prot) < 0, () -> where() + ": over " + there);
    }
  }

  private void unmap() {
    if (pages.isEmpty()) {
      return;
    }
    Page page = anyPage();
    assertEquals(page.size, domain.unmap(page.iova, page.size, 1), () -> where() + ": " + page);
    pages.remove(page.iova);
    unsynced.add(page);
  }

  private void sync() {
    domain.sync();
    unsynced.clear();
  }

  private void access() {
    long address =
        pages.isEmpty() || random.nextInt(4) == 0
            ? windowBase + random.nextLong(windowSize)
            : anyPage().iova + random.nextLong(granule);
    boolean write = random.nextBoolean();
    Page page = pageAt(address);
    assertEquals(
        page == null ? 0 : page.physOf(address),
        domain.iovaToPhys(address),
        () -> where() + ": iovaToPhys 0x" + Long.toHexString(address));
    if (untranslated.filter(r -> r.contains(address)).isPresent()) {
      return; // The hardware takes it before it looks at any table.
    }
    Translation answer = iommu.translate(stream, address, write);
    if (unsynced.stream().anyMatch(p -> p.covers(address))) {
      assertTrue(
          isExpected(answer, page, address, write) || isLeftOver(answer, address),
          () -> where() + ": 0x" + Long.toHexString(address) + " gave " + answer);
    } else {
      assertTrue(
          isExpected(answer, page, address, write),
          () ->
              "%s: %s 0x%x gave %s, the map has %s"
                  .formatted(where(), write ? "write" : "read", address, answer, page));
    }
  }

  private boolean isExpected(Translation answer, Page page, long address, boolean write) {
    if (page == null || (write && (page.prot & IommuProt.WRITE) == 0)) {
      return answer instanceof Fault;
    }
    return answer.equals(new Translated(page.physOf(address), false));
  }

  private boolean isLeftOver(Translation answer, long address) {
    return answer instanceof Fault
        || unsynced.stream()
            .anyMatch(
                p -> p.covers(address) && answer.equals(new Translated(p.physOf(address), true)));
  }

  private Page anyPage() {
    List<Page> all = List.copyOf(pages.values());
    return all.get(random.nextInt(all.size()));
  }

  private Page pageAt(long address) {
    Map.Entry<Long, Page> below = pages.floorEntry(address);
    return below != null && below.getValue().covers(address) ? below.getValue() : null;
  }

  private List<Page> pagesIn(long iova, long length) {
    List<Page> in = new ArrayList<>(pages.subMap(iova, iova + length).values());
    Page first = pageAt(iova);
    if (first != null && first.iova != iova) {
      in.add(first);
    }
    return in;
  }
}
