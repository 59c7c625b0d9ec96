package org.bufferyard.iommu.intel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Root, context and PASID tables of scalable mode. A device has a PASID directory of its own
 * (intel_pasid_alloc_table()), of one page, and tables of 64 PASIDs as they are needed; both go with
 * the device. Requests without a PASID use entry 0.
 * First-level tables may be a guest's, nested in a second level of the host's. Engine thread only.
 *
 * <p>Not modelled: larger directories, for devices with more than 15 PASID bits.
 */
final class ScalableTables implements SourceTables {
  /** 2^9 entries in a page. */
  private static final int DIRECTORY = (int) (TableWords.TABLE_BYTES / Long.BYTES);

  private final TableWords words;
  private final Capabilities unit;
  private final DeviceTlbs devices;
  private final boolean noExecute;
  private final Optional<PageTable> host;
  private long root = TableWords.NONE;

  /** Context tables by bus and half of it. */
  private final Map<Integer, Long> contexts = new HashMap<>();

  private final Map<Integer, Long> directories = new HashMap<>();

  /** PASID tables by device and directory entry. */
  private final Map<Integer, Map<Integer, Long>> tables = new HashMap<>();

  /**
   * @param noExecute whether first-level entries have XD, so that NXE is set
   * @param host the second level that first-level tables are nested in
   */
  ScalableTables(
      TableWords words,
      Capabilities unit,
      DeviceTlbs devices,
      boolean noExecute,
      Optional<PageTable> host) {
    this.words = words;
    this.unit = unit;
    this.devices = devices;
    this.noExecute = noExecute;
    this.host = host;
  }

  @Override
  public long rootAddress() {
    return root == TableWords.NONE ? root : root | RequesterLookup.SCALABLE;
  }

  @Override
  public boolean hasRoomFor(Requester requester) {
    if (root == TableWords.NONE) {
      root = words.allocate();
    }
    return root != TableWords.NONE
        && hasContext(requester.source())
        && hasDirectory(requester.source())
        && hasTable(requester);
  }

  private boolean hasContext(int source) {
    int half = source >>> 7;
    if (contexts.containsKey(half)) {
      return true;
    }
    long table = words.allocate();
    if (table != TableWords.NONE) {
      contexts.put(half, table);
      // ScalableContextEntry.half() is the low bit: two words a bus.
      words.write(root + (long) half * Long.BYTES, ContextEntry.root(table));
    }
    return table != TableWords.NONE;
  }

  /** intel_pasid_setup_sm_context(), when the device is probed. */
  private boolean hasDirectory(int source) {
    if (directories.containsKey(source)) {
      return true;
    }
    long directory = words.allocate();
    if (directory == TableWords.NONE) {
      return false;
    }
    directories.put(source, directory);
    long at = context(source);
    // RID_PASID: IOMMU_NO_PASID.
    words.write(at + Long.BYTES, 0);
    words.write(
        at,
        ScalableContextEntry.directory(
            directory,
            DIRECTORY,
            devices.has(source),
            unit.hasPasids(),
            devices.has(source) && unit.hasPageRequests()));
    return true;
  }

  private long context(int source) {
    return ScalableContextEntry.at(contexts.get(source >>> 7), source);
  }

  private boolean hasTable(Requester requester) {
    int slot = requester.entry() >>> PasidEntry.TABLE_SHIFT;
    Map<Integer, Long> own = tables.computeIfAbsent(requester.source(), s -> new HashMap<>());
    if (own.containsKey(slot)) {
      return true;
    }
    long table = words.allocate();
    if (table != TableWords.NONE) {
      own.put(slot, table);
      words.write(
          directories.get(requester.source()) + (long) slot * Long.BYTES,
          PasidEntry.directory(table));
    }
    return table != TableWords.NONE;
  }

  private long entry(Requester requester) {
    int pasid = requester.entry();
    long table = tables.get(requester.source()).get(pasid >>> PasidEntry.TABLE_SHIFT);
    return table + (long) (pasid & (1 << PasidEntry.TABLE_SHIFT) - 1) * PasidEntry.BYTES;
  }

  @Override
  public void translate(Requester requester, PageTable table, int did) {
    set(
        requester,
        !table.isFirstLevel()
            ? PasidEntry.secondLevel(table, did, unit)
            : host.map(h -> PasidEntry.nested(table, h, did, unit, controls()))
                .orElseGet(() -> PasidEntry.firstLevel(table, did, unit, noExecute)));
  }

  private int controls() {
    return noExecute ? Route.NXE : 0;
  }

  @Override
  public void passThrough(Requester requester, int did) {
    set(requester, PasidEntry.passThrough(did, unit));
  }

  private void set(Requester requester, long[] entry) {
    long at = entry(requester);
    // The word with the present bit goes last.
    for (int word = entry.length - 1; word >= 0; word--) {
      words.write(at + (long) word * Long.BYTES, entry[word]);
    }
  }

  @Override
  public void clear(Requester requester) {
    words.clear(entry(requester), PasidEntry.WORDS);
  }

  /** intel_pasid_teardown_sm_context() and intel_pasid_free_table(). */
  @Override
  public boolean release(int source) {
    Long directory = directories.remove(source);
    if (directory == null) {
      return false;
    }
    words.clear(context(source), ScalableContextEntry.BYTES / Long.BYTES);
    Map<Integer, Long> own = tables.remove(source);
    if (own != null) {
      own.values().forEach(words::free);
    }
    words.free(directory);
    return true;
  }

  @Override
  public void close() {
    List.copyOf(new ArrayList<>(directories.keySet())).forEach(this::release);
    contexts.values().forEach(words::free);
    contexts.clear();
    if (root != TableWords.NONE) {
      words.free(root);
      root = TableWords.NONE;
    }
  }
}
