package org.bufferyard.iommu.intel;

import java.util.HashMap;
import java.util.Map;

/**
 * Root and context tables of legacy mode. A context table comes with the first device of its bus
 * (iommu_context_addr()) and stays. Engine thread only.
 */
final class LegacyTables implements SourceTables {
  private final TableWords words;
  private final Capabilities unit;
  private final DeviceTlbs devices;

  /** Physical address of the root table; {@code NONE} before the first device. */
  private long root = TableWords.NONE;

  /** Context tables by bus. */
  private final Map<Integer, Long> contexts = new HashMap<>();

  LegacyTables(TableWords words, Capabilities unit, DeviceTlbs devices) {
    this.words = words;
    this.unit = unit;
    this.devices = devices;
  }

  @Override
  public long rootAddress() {
    return root;
  }

  @Override
  public boolean hasRoomFor(Requester requester) {
    if (root == TableWords.NONE) {
      root = words.allocate();
    }
    int bus = requester.source() >>> 8;
    if (root == TableWords.NONE || contexts.containsKey(bus)) {
      return root != TableWords.NONE;
    }
    long table = words.allocate();
    if (table == TableWords.NONE) {
      return false;
    }
    contexts.put(bus, table);
    words.write(root + (long) bus * ContextEntry.BYTES, ContextEntry.root(table));
    return true;
  }

  private long entry(int source) {
    return contexts.get(source >>> 8) + (long) (source & 0xff) * ContextEntry.BYTES;
  }

  @Override
  public void translate(Requester requester, PageTable table, int did) {
    int source = requester.source();
    set(
        source,
        ContextEntry.translated(table.top(), devices.has(source)),
        ContextEntry.high(table.levels() - 2, did));
  }

  @Override
  public void passThrough(Requester requester, int did) {
    set(
        requester.source(),
        ContextEntry.passThrough(),
        ContextEntry.high(unit.levels() - 2, did));
  }

  private void set(int source, long low, long high) {
    // The half with the present bit goes last.
    words.write(entry(source) + Long.BYTES, high);
    words.write(entry(source), low);
  }

  @Override
  public void clear(Requester requester) {
    words.write(entry(requester.source()), 0);
    words.write(entry(requester.source()) + Long.BYTES, 0);
  }

  @Override
  public boolean release(int source) {
    return false;
  }

  @Override
  public void close() {
    contexts.values().forEach(words::free);
    contexts.clear();
    if (root != TableWords.NONE) {
      words.free(root);
      root = TableWords.NONE;
    }
  }
}
