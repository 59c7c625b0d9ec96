package org.bufferyard.yard.memory;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.platform.yard.CpuCache;
import org.bufferyard.platform.yard.YardDevice;

/**
 * The data caches of a yard's cores, taken as one, and the way of devices past or through them.
 * Engine thread only.
 *
 * <p>Modelled: lines that cores allocate, dirty and clean; cleaning and invalidation to the point of
 * coherency; fills and evictions that a core may do at any time, each at its worst moment, so that
 * the same run always shows what a machine shows once in a while; snooping by coherent devices,
 * whose writes stay in a line that is there; uncached aliases.
 *
 * <p>Not modelled: levels and sizes, several cores, write buffers and barriers, system-level caches
 * that non-coherent masters go through, a coherent device whose IOMMU mapping is not cacheable
 * (it snoops all the same), instruction caches.
 *
 * <p>Cost: one branch an access until a core has touched a frame through a cacheable mapping, and
 * always on boards where every device is coherent: their caches cannot be seen.
 */
public final class WriteBackCache implements CpuCache {
  private static final Rule ALIAS = Rule.of("C1", "dma_get_sgtable_attrs");
  private static final Rule SNOOPED_ALIAS = Rule.of("L3", "dma_pgprot");

  private final SparseMemory memory;
  private final EventSink events;
  private final boolean on;
  private final int lineBytes;
  private final byte[] zeros = new byte[(int) PageRef.SIZE];
  private final CachedFrames frames = new CachedFrames();

  /** Sizes by base, of memory with an uncached mapping beside its linear one. */
  private final TreeMap<Long, Long> aliases = new TreeMap<>();

  /** Whether readers see what was written last, whoever holds it. */
  private boolean coherent;

  /**
   * @param on whether the cores have caches that somebody goes past
   */
  public WriteBackCache(SparseMemory memory, EventSink events, boolean on, int lineBytes) {
    this.memory = memory;
    this.events = events;
    this.on = on;
    this.lineBytes = lineBytes;
  }

  @Override
  public Line line(long phys) {
    return frames.has(phys >>> PageRef.SHIFT) ? frame(phys).line(offsetOf(phys)) : Line.NONE;
  }

  // ---- cores ----

  @Override
  public void read(long phys, Pgprot alias, byte[] into, int offset, int length) {
    if (!on || isPast(phys, alias, length)) {
      memory.read(phys, into, offset, length);
      return;
    }
    StaleBytes stale = new StaleBytes(coherent);
    for (int done = 0; done < length; ) {
      long at = phys + done;
      int part = inFrame(at, length - done);
      if (alias == Pgprot.CACHED) {
        frame(at).coreRead(offsetOf(at), into, offset + done, part, stale);
      } else {
        readPast(at, into, offset + done, part, false, stale);
      }
      done += part;
    }
    stale.report(DmaEvent.StaleRead.CPU, events);
  }

  @Override
  public void write(long phys, Pgprot alias, byte[] from, int offset, int length) {
    if (!on || isPast(phys, alias, length)) {
      memory.write(phys, from, offset, length);
      return;
    }
    for (int done = 0; done < length; ) {
      long at = phys + done;
      int part = inFrame(at, length - done);
      if (alias == Pgprot.CACHED) {
        frame(at).coreWrite(offsetOf(at), from, offset + done, part);
      } else {
        writePast(at, from, offset + done, part, false);
      }
      done += part;
    }
  }

  @Override
  public void zero(long phys, Pgprot alias, long length) {
    if (!on || alias != Pgprot.CACHED && frames.isEmpty()) {
      memory.fill(phys, length, (byte) 0);
      return;
    }
    for (long done = 0; done < length; ) {
      int part = inFrame(phys + done, length - done);
      if (alias == Pgprot.CACHED || frames.has((phys + done) >>> PageRef.SHIFT)) {
        write(phys + done, alias, zeros, 0, part);
      } else {
        memory.fill(phys + done, part, (byte) 0);
      }
      done += part;
    }
  }

  /** Whether an access of a core goes to memory, and the odd one is reported. */
  private boolean isPast(long phys, Pgprot alias, int length) {
    if (alias != Pgprot.CACHED) {
      return frames.isEmpty();
    }
    if (length == 0 || !memory.isForMasters(phys)) {
      return true;
    }
    boolean aliased = isAliased(phys);
    if (aliased && events.on()) {
      events.emit(
          new DmaEvent.HazardRaised(
              ALIAS,
              DmaEvent.StaleRead.CPU,
              "a core uses coherent memory through its cacheable linear mapping, beside the uncached"
                  + " one that its owner has: a stale line could answer"));
    }
    return aliased;
  }

  // ---- devices ----

  /** A bus master reads memory. */
  public void busRead(YardDevice device, long phys, byte[] into, int offset, int length) {
    if (frames.isEmpty()) {
      memory.read(phys, into, offset, length);
    } else {
      StaleBytes stale = new StaleBytes(coherent);
      readPast(phys, into, offset, length, device.isCoherent(), stale);
      stale.report(device.id(), events);
    }
    if (device.isCoherent() && !aliases.isEmpty() && isAliased(phys)) {
      reportSnoop(device);
    }
  }

  /** A bus master writes memory. */
  public void busWrite(YardDevice device, long phys, byte[] from, int offset, int length) {
    if (frames.isEmpty()) {
      memory.write(phys, from, offset, length);
    } else {
      writePast(phys, from, offset, length, device.isCoherent());
    }
  }

  private void reportSnoop(YardDevice device) {
    if (events.on()) {
      events.emit(
          new DmaEvent.HazardRaised(
              SNOOPED_ALIAS,
              device.id(),
              device.name()
                  + " snoops memory that its exporter writes past the caches, and whose linear"
                  + " mapping is cacheable: a line that a core filled there would answer instead"));
    }
  }

  private void readPast(
      long phys, byte[] into, int offset, int length, boolean snoops, StaleBytes stale) {
    for (int done = 0; done < length; ) {
      long at = phys + done;
      int part = inFrame(at, length - done);
      if (frames.has(at >>> PageRef.SHIFT)) {
        frame(at).busRead(offsetOf(at), into, offset + done, part, snoops, stale);
      } else {
        memory.read(at, into, offset + done, part);
      }
      done += part;
    }
  }

  private void writePast(long phys, byte[] from, int offset, int length, boolean snoops) {
    for (int done = 0; done < length; ) {
      long at = phys + done;
      int part = inFrame(at, length - done);
      if (frames.has(at >>> PageRef.SHIFT)) {
        frame(at).busWrite(offsetOf(at), from, offset + done, part, snoops);
      } else {
        memory.write(at, from, offset + done, part);
      }
      done += part;
    }
  }

  // ---- maintenance ----

  @Override
  public void clean(long phys, long length) {
    eachUsed(phys, length, CachedFrame::clean);
  }

  @Override
  public void invalidate(long phys, long length) {
    eachUsed(phys, length, CachedFrame::invalidate);
  }

  @Override
  public void uncachedAlias(long phys, long length) {
    if (on) {
      eachUsed(phys, length, (frame, at, part) -> frame.drop());
      aliases.put(phys, length);
    }
  }

  @Override
  public void forget(long phys, long length) {
    eachUsed(phys, length, (frame, at, part) -> frame.drop());
    aliases.remove(phys);
  }

  @Override
  public <T> T coherently(Supplier<T> reading) {
    coherent = true;
    try {
      return reading.get();
    } finally {
      coherent = false;
    }
  }

  private interface FrameWork {
    void on(CachedFrame frame, int at, int length);
  }

  private void eachUsed(long phys, long length, FrameWork work) {
    if (frames.isEmpty()) {
      return;
    }
    for (long done = 0; done < length; ) {
      long at = phys + done;
      int part = inFrame(at, length - done);
      if (frames.has(at >>> PageRef.SHIFT)) {
        work.on(frame(at), offsetOf(at), part);
      }
      done += part;
    }
  }

  private boolean isAliased(long phys) {
    Map.Entry<Long, Long> below = aliases.floorEntry(phys);
    return below != null && phys - below.getKey() < below.getValue();
  }

  private CachedFrame frame(long phys) {
    return frames.get(
        phys >>> PageRef.SHIFT,
        pfn -> new CachedFrame(memory, pfn << PageRef.SHIFT, lineBytes));
  }

  private static int inFrame(long phys, long length) {
    return (int) Math.min(length, PageRef.SIZE - (phys & (PageRef.SIZE - 1)));
  }

  private static int offsetOf(long phys) {
    return (int) (phys & (PageRef.SIZE - 1));
  }
}
