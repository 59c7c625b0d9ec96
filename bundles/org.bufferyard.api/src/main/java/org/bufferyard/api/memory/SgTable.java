package org.bufferyard.api.memory;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A scatterlist with its two counts, as {@code struct sg_table}: the CPU list ({@link
 * #origNents()}) and the DMA list ({@link #nents()}) share the entries.
 *
 * <p>Not thread-safe: belongs to the engine thread, like everything that holds one.
 */
public final class SgTable {
  private final List<Segment> segments;
  private int origNents;
  private int nents;

  /** SG_DMA_BUS_ADDRESS of each entry. */
  private final BitSet busAddresses = new BitSet();

  /**
   * A table over these entries.
   *
   * @param origNents entries with a CPU side; 0 for a table of DMA-only entries
   * @param nents entries with a DMA side
   */
  public SgTable(List<? extends Segment> segments, int origNents, int nents) {
    this.segments = new ArrayList<>(segments);
    if (origNents < 0 || origNents > segments.size() || nents < 0 || nents > segments.size()) {
      throw new IllegalArgumentException(
          "orig_nents " + origNents + ", nents " + nents + " of " + segments.size() + " entries");
    }
    this.origNents = origNents;
    this.nents = nents;
  }

  /** A CPU list; nents equals orig_nents, as sg_alloc_table leaves it. */
  public static SgTable ofPages(List<Segment.PageBacked> pages) {
    return new SgTable(pages, pages.size(), pages.size());
  }

  /** A prefilled table without pages: orig_nents is 0. */
  public static SgTable ofDma(List<Segment.DmaOnly> entries) {
    return new SgTable(entries, 0, entries.size());
  }

  /** All entries, live view in order; do not modify. */
  public List<Segment> segments() {
    return java.util.Collections.unmodifiableList(segments);
  }

  /** The first {@link #nents()} entries: what a device is programmed with. */
  public List<Segment> mapped() {
    return java.util.Collections.unmodifiableList(segments.subList(0, nents));
  }

  public int origNents() {
    return origNents;
  }

  public int nents() {
    return nents;
  }

  /** Sets the DMA count after mapping. */
  public void setNents(int nents) {
    if (nents < 0 || nents > segments.size()) {
      throw new IllegalArgumentException("nents " + nents + " of " + segments.size());
    }
    this.nents = nents;
  }

  /** Replaces entry {@code index}, as mapping does. */
  public void set(int index, Segment segment) {
    segments.set(index, segment);
  }

  /**
   * sg_dma_is_bus_address(): whether the DMA side of entry {@code index} is a PCI bus address of a peer,
   * which nothing was mapped for.
   */
  public boolean isBusAddress(int index) {
    return busAddresses.get(index);
  }

  /** sg_dma_mark_bus_address() and sg_dma_unmark_bus_address(): for implementations of mapping only. */
  public void markBusAddress(int index, boolean marked) {
    busAddresses.set(index, marked);
  }

  /** A deep copy that shares nothing, CPU side only where there is one. */
  public SgTable copy() {
    SgTable copy = new SgTable(segments, origNents, nents);
    copy.busAddresses.or(busAddresses);
    return copy;
  }

  /** Whether any entry lacks a page. */
  public boolean isDmaOnly() {
    return segments.stream().anyMatch(s -> s instanceof Segment.DmaOnly);
  }
}
