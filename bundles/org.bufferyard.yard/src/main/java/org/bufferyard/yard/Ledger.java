package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.yard.guard.Failures;

/**
 * Live entries in the order they were made, and by device and first address. Engine thread only.
 *
 * <p>Adding, removing and finding cost a hash look-up; undoing is linear in what it undoes.
 */
final class Ledger implements MappingLedger {

  /** The entries of one device. */
  private static final class Page {
    final LinkedHashSet<Entry> inOrder = new LinkedHashSet<>();

    /**
     * By {@link #place}. The same page may be mapped twice at one bus address: the newest is last.
     */
    final Map<Long, List<Entry>> byAddress = new HashMap<>();
  }

  /** An address as a key that spreads: those of pages lie 4096 apart. */
  private static long place(long dma) {
    return Long.rotateRight(dma, PageRef.SHIFT);
  }

  private final LinkedHashSet<Entry> all = new LinkedHashSet<>();
  private final Map<String, Page> pages = new HashMap<>();

  @Override
  public void add(Entry entry) {
    if (!all.add(entry)) {
      throw new IllegalArgumentException("entry added twice: " + entry);
    }
    Page page = pages.computeIfAbsent(entry.device(), d -> new Page());
    page.inOrder.add(entry);
    page.byAddress.computeIfAbsent(place(entry.dma()), d -> new ArrayList<>(1)).add(entry);
  }

  @Override
  public boolean remove(Entry entry) {
    if (!all.remove(entry)) {
      return false;
    }
    Page page = pages.get(entry.device());
    page.inOrder.remove(entry);
    List<Entry> same = page.byAddress.get(place(entry.dma()));
    same.remove(entry);
    if (same.isEmpty()) {
      page.byAddress.remove(place(entry.dma()));
    }
    if (page.inOrder.isEmpty()) {
      pages.remove(entry.device());
    }
    return true;
  }

  @Override
  public Optional<Entry> find(String device, long dma) {
    Page page = pages.get(device);
    List<Entry> same = page == null ? null : page.byAddress.get(place(dma));
    return same == null ? Optional.empty() : Optional.of(same.getLast());
  }

  @Override
  public List<Entry> of(String device) {
    Page page = pages.get(device);
    return page == null ? List.of() : List.copyOf(page.inOrder);
  }

  @Override
  public int size() {
    return all.size();
  }

  @Override
  public int undo(String device) {
    Failures failures = new Failures("undoing what device '" + device + "' left behind");
    int undone = 0;
    while (pages.get(device) != null) {
      undo(pages.get(device).inOrder.getLast(), failures);
      undone++;
    }
    failures.throwIfAny();
    return undone;
  }

  /** Drops the entries of a device without undoing them: its driver left and gave nothing back. */
  void forsake(String device) {
    List.copyOf(of(device)).forEach(this::remove);
  }

  /** Undoes everything, newest first. */
  int undoAll(Failures failures) {
    int undone = 0;
    while (!all.isEmpty()) {
      undo(all.getLast(), failures);
      undone++;
    }
    return undone;
  }

  private void undo(Entry entry, Failures failures) {
    // Off the books first: an undo that throws must not be run again, nor one that removes itself.
    remove(entry);
    failures.run(entry.undo());
  }
}
