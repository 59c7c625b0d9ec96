package org.bufferyard.yard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.dma.PeerToPeer;
import org.bufferyard.api.dma.PeerToPeer.MapType;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.yard.memory.FrameMap;
import org.bufferyard.yard.memory.Spans;
import org.bufferyard.yard.memory.SparseMemory;

/**
 * The register windows of all devices of a board. A frame of a window holds bytes from the moment its
 * own device puts some there ({@link #inside}), as video memory or a controller's buffer does; every
 * other one takes writes and answers 0xff. Engine thread only.
 *
 * <p>Not modelled: what a write to a register does, widths and side effects of reads.
 */
final class RegisterWindows implements SparseMemory.Registers {
  /** A window as the functions below one bridge with its device see it. */
  record Peer(long bus, long sizeBytes, long phys) {}

  private final Spans windows;
  private final FrameMap frames = new FrameMap();

  RegisterWindows(List<PhysRange> windows) {
    this.windows = Spans.of(windows);
  }

  boolean contains(long phys) {
    return windows.contains(phys);
  }

  /** Over a bus, or by a core; at most to the end of a frame. */
  @Override
  public void read(long phys, byte[] into, int offset, int length) {
    byte[] frame = frames.get(phys >>> PageRef.SHIFT);
    if (frame == FrameMap.NOTHING) {
      Arrays.fill(into, offset, offset + length, (byte) 0xff);
    } else {
      System.arraycopy(frame, inFrame(phys), into, offset, length);
    }
  }

  /** Over a bus, or by a core; at most to the end of a frame. */
  @Override
  public void write(long phys, byte[] from, int offset, int length) {
    byte[] frame = frames.get(phys >>> PageRef.SHIFT);
    if (frame != FrameMap.NOTHING) {
      System.arraycopy(from, offset, frame, inFrame(phys), length);
    }
  }

  private static int inFrame(long phys) {
    return (int) (phys & (PageRef.SIZE - 1));
  }

  /** The device's own side of its windows: physical addresses, no bus between. */
  DeviceBus inside(LiveDevice device) {
    Spans own = Spans.of(device.spec().registers());
    return new DeviceBus() {
      @Override
      public Optional<Fault> read(long address, byte[] into, int offset, int length) {
        return move(own, address, into, offset, length, false);
      }

      @Override
      public Optional<Fault> write(long address, byte[] from, int offset, int length) {
        return move(own, address, from, offset, length, true);
      }
    };
  }

  private Optional<Fault> move(
      Spans own, long address, byte[] bytes, int offset, int length, boolean write) {
    for (int done = 0; done < length; ) {
      long at = address + done;
      long rest = Math.min(length - done, PageRef.SIZE - (at & (PageRef.SIZE - 1)));
      int chunk = (int) own.runInside(at, rest);
      if (chunk == 0) {
        return Optional.of(new Fault(0, Bus.MASTER_ABORT, at, write));
      }
      if (write) {
        byte[] frame = frames.create(at >>> PageRef.SHIFT);
        System.arraycopy(bytes, offset + done, frame, inFrame(at), chunk);
      } else {
        read(at, bytes, offset + done, chunk);
      }
      done += chunk;
    }
    return Optional.empty();
  }

  /**
   * Windows that a function reaches without its host bridge, so without an IOMMU: a bridge on the way
   * up decodes their bus addresses and no ACS sends the transaction on (F14).
   */
  static List<Peer> reachedBy(LiveDevice client, Collection<LiveDevice> providers) {
    List<Peer> peers = new ArrayList<>();
    for (LiveDevice provider : providers) {
      PeerToPeer way = PeerToPeer.between(provider, client);
      if (way.type() == MapType.BUS_ADDR) {
        for (PhysRange window : provider.spec().registers()) {
          peers.add(new Peer(window.base() + way.busOffset(), window.size(), window.base()));
        }
      }
    }
    return List.copyOf(peers);
  }
}
