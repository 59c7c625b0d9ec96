package org.bufferyard.dma.mapping;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.MappingLedger.Entry;
import org.bufferyard.platform.yard.MappingLedger.Kind;

/**
 * Finds the ledger's entries again at unmap: singles by device and address, lists by their table.
 * The ledger may undo an entry on its own at any time; then it leaves here too. Engine thread only.
 */
public final class LiveMappings {
  private record Key(String device, long dma) {
    /** Spread: pages lie 4096 apart, and 4,096 neighbours would share 512 places of a hash table. */
    @Override
    public int hashCode() {
      return device.hashCode() ^ (int) (dma * 0x9e37_79b9_7f4a_7c15L >>> 32);
    }
  }

  /** A live list. {@code bounced}: it was mapped entry by entry behind an IOMMU. */
  public record MappedList(Entry entry, boolean bounced) {}

  private final MappingLedger ledger;

  /** The same memory may be mapped for a device more than once, at the same address. */
  private final Map<Key, Deque<Entry>> singles = new HashMap<>();

  private final Map<SgTable, MappedList> lists = new IdentityHashMap<>();

  /** Lists that the ledger undid while their driver still believes in them. By identity. */
  private final Map<SgTable, Boolean> undone = new WeakHashMap<>();

  /** The SG_DMA_SWIOTLB mark of a list, which stays when the list is unmapped. By identity. */
  private final Map<SgTable, Boolean> bouncedOnce = new WeakHashMap<>();

  public LiveMappings(MappingLedger ledger) {
    this.ledger = ledger;
  }

  public void addSingle(Kind kind, String device, long dma, long size, Runnable undo) {
    Key key = new Key(device, dma);
    Entry[] self = new Entry[1];
    self[0] =
        new Entry(
            kind,
            device,
            dma,
            size,
            () -> {
              forget(key, self[0]);
              undo.run();
            });
    singles.computeIfAbsent(key, k -> new ArrayDeque<>(1)).push(self[0]);
    ledger.add(self[0]);
  }

  /** The kind of the youngest single mapping there, removed from all books; null: not mapped. */
  public Kind removeSingle(String device, long dma) {
    Key key = new Key(device, dma);
    Deque<Entry> there = singles.get(key);
    if (there == null) {
      return null;
    }
    Entry entry = there.peek();
    forget(key, entry);
    ledger.remove(entry);
    return entry.kind();
  }

  private void forget(Key key, Entry entry) {
    Deque<Entry> there = singles.get(key);
    if (there != null) {
      there.remove(entry);
      if (there.isEmpty()) {
        singles.remove(key);
      }
    }
  }

  public void addList(
      Kind kind, SgTable table, String device, long dma, long size, boolean bounced, Runnable undo) {
    Entry entry =
        new Entry(
            kind,
            device,
            dma,
            size,
            () -> {
              lists.remove(table);
              undone.put(table, true);
              undo.run();
            });
    undone.remove(table);
    bouncedOnce.put(table, bounced);
    lists.put(table, new MappedList(entry, bounced));
    ledger.add(entry);
  }

  /** The live mapping of a table, removed from all books; null: not mapped. */
  public MappedList removeList(SgTable table) {
    MappedList list = lists.remove(table);
    if (list != null) {
      ledger.remove(list.entry());
    }
    return list;
  }

  /** Puts a list back whose unmap found nothing to undo. */
  public void keep(SgTable table, MappedList list) {
    lists.put(table, list);
    ledger.add(list.entry());
  }

  public boolean isBounced(SgTable table) {
    return bouncedOnce.getOrDefault(table, false);
  }

  /** Whether the yard took the mapping away behind its driver's back. */
  public boolean wasUndone(SgTable table) {
    return undone.containsKey(table);
  }
}
