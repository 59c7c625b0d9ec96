package org.bufferyard.allocator.fast;

import java.util.List;
import org.bufferyard.allocator.frames.FrameRuns;
import org.bufferyard.allocator.frames.PageFrames;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;

/**
 * Frames anywhere legal: what came back last, else next fit.
 *
 * <p>Algorithm: {@linkplain RecentRanges stacks} of ranges that came back serve a request of the same
 * size. Else a set of free frames a region is searched from where the last grant ended, then from the
 * start; what the stacks hold goes back to the sets when nothing is found. Nothing is rounded or split.
 * Cost: a few loads where a stack serves; a few words of the bitmap while the region has room ahead,
 * O(frames/64) when it is all but full. Thread rule: engine thread.
 *
 * <p>Caveat: no kernel's placement; a large request may find a region more broken up than under the
 * buddy system, which never parts a block that a smaller one could spare. No range is 8 TiB long.
 */
final class NextFitFrames implements Allocator {
  private final String id;
  private final List<Bank> banks;
  private final RecentRanges recent = new RecentRanges();

  /** Where the next search begins: a bank, and a frame in it. */
  private int bank;

  private long frame;

  /**
   * A region.
   *
   * @param runs free frames; those on a stack are not among them
   * @param lengths pages of each live range, counted from the region's first frame
   */
  private record Bank(FrameRuns runs, long first, RangeLengths lengths) {
    static Bank of(PhysRange region) {
      return new Bank(
          new FrameRuns(region),
          PageFrames.first(region),
          new RangeLengths(PageFrames.count(region)));
    }
  }

  NextFitFrames(AllocatorSpec spec, List<PhysRange> adopted) throws AdoptionDeclinedException {
    id = spec.id();
    banks = spec.regions().stream().map(Bank::of).toList();
    for (PhysRange range : adopted) {
      adopt(range);
    }
  }

  private void adopt(PhysRange range) throws AdoptionDeclinedException {
    long first = PageFrames.first(range);
    long count = PageFrames.of(PageRef.align(range.size()));
    int at = count > 0 ? holder(first, count) : -1;
    if (at < 0 || (range.base() & (PageRef.SIZE - 1)) != 0) {
      throw new AdoptionDeclinedException(
          id + " cannot represent " + range + ": taken, outside or not aligned");
    }
    take(banks.get(at), first, count);
  }

  private int holder(long first, long count) {
    for (int i = 0; i < banks.size() && count <= RangeLengths.LONGEST; i++) {
      if (banks.get(i).runs().isFree(first, count)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public long allocate(AllocationRequest request) {
    long count = request.pages();
    long preferred = PageFrames.preferred(request, request.alignOrder());
    if (preferred >= 0) {
      // It may lie on a stack.
      drain();
      int holder = holder(preferred, count);
      if (holder >= 0) {
        return take(banks.get(holder), preferred, count);
      }
    }
    long end = PageFrames.end(request);
    long again = recent.pop(count, request.alignOrder(), end);
    if (again != RecentRanges.NONE) {
      return grant(bank(again << PageRef.SHIFT), again, count);
    }
    long base = search(count, request.alignOrder(), end);
    if (base == NO_MEMORY && recent.pages() > 0) {
      drain();
      base = search(count, request.alignOrder(), end);
    }
    return base;
  }

  private long search(long count, int alignOrder, long end) {
    int begin = bank;
    long from = frame;
    // One step more than there are banks: the first one again, from its start.
    for (int step = 0; step <= banks.size(); step++) {
      int at = (begin + step) % banks.size();
      FrameRuns runs = banks.get(at).runs();
      if (count <= Math.min(runs.freePages(), RangeLengths.LONGEST)) {
        long found = runs.find(step == 0 ? from : 0, count, alignOrder, end);
        if (found != FrameRuns.NONE) {
          bank = at;
          frame = found + count;
          return take(banks.get(at), found, count);
        }
      }
    }
    return NO_MEMORY;
  }

  private static long take(Bank bank, long first, long count) {
    bank.runs().take(first, count);
    return grant(bank, first, count);
  }

  private static long grant(Bank bank, long first, long count) {
    bank.lengths().put(first - bank.first(), (int) count);
    return first << PageRef.SHIFT;
  }

  private void drain() {
    recent.drain((first, count) -> bank(first << PageRef.SHIFT).runs().give(first, count));
  }

  /** The bank of an address, or null. */
  private Bank bank(long phys) {
    for (Bank candidate : banks) {
      if (candidate.runs().region().contains(phys)) {
        return candidate;
      }
    }
    return null;
  }

  @Override
  public void free(long base, long sizeBytes) {
    Bank holder = bank(base);
    long first = PageFrames.of(base);
    if (holder == null
        || (base & (PageRef.SIZE - 1)) != 0
        || sizeBytes < PageRef.SIZE
        || (long) holder.lengths().get(first - holder.first()) << PageRef.SHIFT != sizeBytes) {
      throw PageFrames.notLive(id, base, sizeBytes);
    }
    int count = holder.lengths().get(first - holder.first());
    holder.lengths().put(first - holder.first(), RangeLengths.NONE);
    if (!recent.push(first, count)) {
      holder.runs().give(first, count);
    }
  }

  @Override
  public boolean owns(long phys) {
    return bank(phys) != null;
  }

  @Override
  public long freeBytes() {
    long pages = recent.pages();
    for (Bank each : banks) {
      pages += each.runs().freePages();
    }
    return pages << PageRef.SHIFT;
  }

  @Override
  public void close() {
    // The book is all there is.
  }
}
