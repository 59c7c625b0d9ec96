package org.bufferyard.yard.memory;

import java.util.Arrays;
import org.bufferyard.api.memory.PageBacking;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysMemory;

/**
 * The board's bytes, as 4 KiB frames that come to be when they are first written with something
 * other than zero. Engine thread only.
 *
 * <p>Decoded are the banks, reserved regions outside of them (on-chip memory, for one), and the
 * yard's own {@linkplain TableArea window for translation tables}. What nobody decodes is left to the
 * registers; where there are none either it reads as 0xff and loses writes.
 */
public final class SparseMemory implements PhysMemory {

  /** Who answers where no memory does; within one frame. */
  public interface Registers {
    Registers NONE =
        new Registers() {
          @Override
          public void read(long phys, byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) 0xff);
          }

          @Override
          public void write(long phys, byte[] from, int offset, int length) {
            // Nobody takes it.
          }
        };

    void read(long phys, byte[] into, int offset, int length);

    void write(long phys, byte[] from, int offset, int length);
  }

  private final Spans banks;
  private final Spans forMasters;
  private final Spans unmapped;
  private final Spans decoded;
  private final Registers registers;
  private final FrameMap frames = new FrameMap();

  public SparseMemory(MemoryLayout layout) {
    this(layout, Registers.NONE);
  }

  public SparseMemory(MemoryLayout layout, Registers registers) {
    this.registers = registers;
    this.banks = layout.banks();
    this.forMasters = layout.banks().plus(layout.pools());
    this.unmapped = layout.noMap();
    this.decoded = forMasters.plus(layout.tables());
  }

  @Override
  public PageBacking backing(long phys) {
    if (!banks.contains(phys)) {
      return PageBacking.NONE;
    }
    // A no-map region inside a bank keeps its struct pages: the recorded kernels give first_page_valid
    // for pool memory although it left the linear map.
    return unmapped.contains(phys) ? PageBacking.UNMAPPED : PageBacking.LINEAR;
  }

  /** {@inheritDoc} The window for tables is memory as well: a walker that asks finds it so. */
  @Override
  public boolean isRam(long phys) {
    return decoded.contains(phys);
  }

  /** Whether it is memory that a device's own access reaches: all but the window for tables. */
  public boolean isForMasters(long phys) {
    return forMasters.contains(phys);
  }

  @Override
  public void read(long phys, byte[] into, int offset, int length) {
    long at = phys;
    int to = offset;
    int left = length;
    while (left > 0) {
      int chunk = chunk(at, left);
      if (!decoded.contains(at)) {
        registers.read(at, into, to, chunk);
      } else {
        byte[] frame = frames.get(at >>> PageRef.SHIFT);
        if (frame == FrameMap.NOTHING) {
          Arrays.fill(into, to, to + chunk, (byte) 0);
        } else {
          System.arraycopy(frame, inFrame(at), into, to, chunk);
        }
      }
      at += chunk;
      to += chunk;
      left -= chunk;
    }
  }

  @Override
  public void write(long phys, byte[] from, int offset, int length) {
    long at = phys;
    int source = offset;
    int left = length;
    while (left > 0) {
      int chunk = chunk(at, left);
      if (decoded.contains(at)) {
        byte[] frame = frames.create(at >>> PageRef.SHIFT);
        System.arraycopy(from, source, frame, inFrame(at), chunk);
      } else {
        registers.write(at, from, source, chunk);
      }
      at += chunk;
      source += chunk;
      left -= chunk;
    }
  }

  @Override
  public void fill(long phys, long length, byte value) {
    long at = phys;
    long left = length;
    while (left > 0) {
      int chunk = chunk(at, left);
      if (decoded.contains(at)) {
        long pfn = at >>> PageRef.SHIFT;
        // Zeroing a large allocation must not make frames for it.
        byte[] frame = value == 0 ? frames.get(pfn) : frames.create(pfn);
        if (frame != FrameMap.NOTHING) {
          Arrays.fill(frame, inFrame(at), inFrame(at) + chunk, value);
        }
      }
      at += chunk;
      left -= chunk;
    }
  }

  /** Frames that hold bytes, for the curious and for tests. */
  public int frames() {
    return frames.size();
  }

  /** Bytes up to the end of the frame that are all decoded or all not. */
  private int chunk(long at, long left) {
    long most = Math.min(left, PageRef.SIZE - (at & (PageRef.SIZE - 1)));
    long inside = decoded.runInside(at, most);
    return (int) (inside > 0 ? inside : decoded.runOutside(at, most));
  }

  private static int inFrame(long phys) {
    return (int) (phys & (PageRef.SIZE - 1));
  }
}
