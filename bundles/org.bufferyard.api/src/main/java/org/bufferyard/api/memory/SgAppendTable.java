package org.bufferyard.api.memory;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.kernel.Errno;

/**
 * Makes a scatterlist of an array of pages: {@code lib/scatterlist.c}, {@code
 * sg_alloc_append_table_from_pages()} and {@code sg_alloc_table_from_pages_segment()}.
 *
 * <p>Neighbours in the array that are neighbours in memory share an entry, as long as it stays
 * within the longest segment. Cost: O(pages). Not thread-safe, as what it makes.
 *
 * <p>Not modelled: device memory whose page maps differ ({@code
 * zone_device_pages_have_same_pgmap()}), running out of memory for the list itself.
 */
public final class SgAppendTable {
  /** The longest segment where nobody says another: {@code UINT_MAX}. */
  public static final long NO_LIMIT = 0xffff_ffffL;

  private final List<Segment.PageBacked> entries = new ArrayList<>();

  /**
   * sg_alloc_table_from_pages_segment(): one call, one table.
   *
   * @param pages at least one
   * @param offset bytes into the first page
   * @param sizeBytes of the whole list; the last entry ends there
   * @param maxSegment bytes that an entry may have, an unsigned int; {@link #NO_LIMIT} is
   *     sg_alloc_table_from_pages()
   * @return 0, or -EINVAL where the longest segment is less than a page; then the table stays empty
   * @throws IllegalArgumentException without a page, since the kernel reads the first one unasked,
   *     and when a table is begun already
   */
  public int fromPages(List<PageRef> pages, long offset, long sizeBytes, long maxSegment) {
    if (!entries.isEmpty()) {
      throw new IllegalArgumentException("the table has entries: append to it");
    }
    return append(pages, offset, sizeBytes, maxSegment);
  }

  /**
   * sg_alloc_append_table_from_pages(): adds to what is there. Pages that continue the last entry
   * lengthen it.
   *
   * @param pages at least one
   * @param offset bytes into the first page; 0 once there is an entry
   * @return 0 or -EINVAL; then nothing is added
   */
  public int append(List<PageRef> pages, long offset, long sizeBytes, long maxSegment) {
    if (pages.isEmpty()) {
      throw new IllegalArgumentException("a scatterlist of no pages");
    }
    // What is not a whole number of pages would overshoot: it counts down to the page.
    long most = maxSegment & 0xffff_f000L;
    if (most < PageRef.SIZE || (!entries.isEmpty() && offset != 0)) {
      return Errno.EINVAL.rc();
    }
    int from = entries.isEmpty() ? 0 : lengthen(pages, most);
    long rest = sizeBytes;
    long inPage = offset;
    while (from < pages.size()) {
      int end = chunkEnd(pages, from, most);
      // Both are unsigned ints in the kernel, and wrap as such.
      long chunk = (((long) (end - from) << PageRef.SHIFT) - inPage) & 0xffff_ffffL;
      long length = Long.compareUnsigned(rest, chunk) < 0 ? rest : chunk;
      entries.add(new Segment.PageBacked(pages.get(from), (int) inPage, length));
      rest -= chunk;
      inPage = 0;
      from = end;
    }
    return 0;
  }

  /** Pages that continue the last entry, as many as it may take; how many those are. */
  private int lengthen(List<PageRef> pages, long most) {
    Segment.PageBacked last = entries.getLast();
    long next = (last.phys() + last.length()) >>> PageRef.SHIFT;
    long length = last.length();
    int taken = 0;
    while (taken < pages.size()
        && pages.get(taken).pfn() == next + taken
        && ((length + PageRef.SIZE) & 0xffff_ffffL) <= most) {
      length += PageRef.SIZE;
      taken++;
    }
    entries.set(
        entries.size() - 1, new Segment.PageBacked(last.page(), last.offset(), length));
    return taken;
  }

  private static int chunkEnd(List<PageRef> pages, int from, long most) {
    long length = 0;
    int end = from + 1;
    while (end < pages.size()) {
      length += PageRef.SIZE;
      if (length >= most || pages.get(end).pfn() != pages.get(end - 1).pfn() + 1) {
        break;
      }
      end++;
    }
    return end;
  }

  /** The list so far, shared with nobody; not mapped. */
  public SgTable table() {
    return SgTable.ofPages(entries);
  }
}
