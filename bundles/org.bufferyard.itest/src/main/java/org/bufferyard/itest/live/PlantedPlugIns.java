package org.bufferyard.itest.live;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.device.Frame;
import org.bufferyard.api.device.FrameResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;

/** Plug-ins that do one thing wrong under load, and for the rest what a whole one does. */
final class PlantedPlugIns {
  private PlantedPlugIns() {}

  /** Keeps what is given back. */
  record Leaks(AllocatorKind whole) implements AllocatorKind {
    @Override
    public Allocator open(AllocatorSpec spec, AllocatorContext context)
        throws AdoptionDeclinedException {
      Allocator book = whole.open(spec, context);
      return new Allocator() {
        @Override
        public long allocate(AllocationRequest request) {
          return book.allocate(request);
        }

        @Override
        public void free(long base, long sizeBytes) {
          // Where the leak is.
        }

        @Override
        public boolean owns(long phys) {
          return book.owns(phys);
        }

        @Override
        public long freeBytes() {
          return book.freeBytes();
        }

        @Override
        public void close() {
          book.close();
        }
      };
    }
  }

  /** Writes on after its frame is done: into the frame. */
  record Corrupts(DeviceKind whole) implements DeviceKind {
    @Override
    public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
      return whole.facts(unit, kernel);
    }

    @Override
    public Device open(DeviceUnit unit, DeviceContext context) {
      Device device = whole.open(unit, context);
      return new Device() {
        @Override
        public FrameResult fill(Frame frame) {
          FrameResult result = device.fill(frame);
          byte[] noise = {0x5a, 0x5a, 0x5a, 0x5a};
          context.bus().write(frame.segments().getFirst().address() + 64, noise, 0, noise.length);
          return result;
        }

        @Override
        public FrameResult consume(Frame frame) {
          return device.consume(frame);
        }

        @Override
        public void close() {
          device.close();
        }
      };
    }
  }

  /** Ops that do something before the n-th mapping. */
  record BeforeMapping(DmaBufOpsKind whole, Runnable trouble) implements DmaBufOpsKind {
    @Override
    public DmaBufOps open(ExportedMemory memory, OpsContext context) {
      return new TroubledOps(whole.open(memory, context), trouble);
    }
  }

  private record TroubledOps(DmaBufOps whole, Runnable trouble) implements DmaBufOps {
    @Override
    public OpsTraits traits() {
      return whole.traits();
    }

    @Override
    public SgResult getSgtable() {
      return whole.getSgtable();
    }

    @Override
    public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
      trouble.run();
      return whole.mapSg(attachment, direction);
    }

    @Override
    public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
      whole.unmapSg(attachment, table, direction);
    }

    @Override
    public BufferLifecycle lifecycle() {
      return whole.lifecycle();
    }

    @Override
    public CpuAccessOps cpu() {
      return whole.cpu();
    }
  }

  /** Throws whenever it is called. */
  static Runnable throwing() {
    return () -> {
      throw new ArrayIndexOutOfBoundsException(7);
    };
  }

  /** Hangs, interrupted or not, until it is over. */
  static Runnable hanging(AtomicBoolean over) {
    return () -> {
      while (!over.get()) {
        Thread.onSpinWait();
      }
    };
  }

  /** Says once that it is in the middle of a call, and stays there until it may go on. */
  static Runnable waiting(CountDownLatch inside, CountDownLatch goOn) {
    AtomicBoolean first = new AtomicBoolean(true);
    return () -> {
      if (first.getAndSet(false)) {
        inside.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }

  /** What camera drivers are chosen by, on the board of the exporters. */
  static final List<String> CAMERA = List.of("samsung,exynos5250-fimc-lite");
}
