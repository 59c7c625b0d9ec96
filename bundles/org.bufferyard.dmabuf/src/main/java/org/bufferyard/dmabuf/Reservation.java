package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.AcquireContext;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.DmaResv;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.dmabuf.FenceWalk;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelOops;
import org.bufferyard.api.kernel.Rule;

/**
 * {@code struct dma_resv} ({@code drivers/dma-buf/dma-resv.c}): a table of fences that drops
 * signaled ones only when it grows or when their slot is taken. Engine thread only.
 */
final class Reservation implements DmaResv {
  // struct dma_resv_list: rcu_head and two u32 before the table.
  private static final int HEADER_BYTES = 24;
  private static final int ENTRY_BYTES = 8;
  private static final int FIRST_FENCES = 4;

  private final String element;
  private final EventSink events;
  private List<Entry> table = new ArrayList<>();
  private int capacity;

  /** How often the table was replaced: what a walk without the lock looks at. */
  private int generation;

  /** Held while the core is inside, and for ever once its holder died in an oops. */
  private final WaitDieLock lock;

  /** Slots reserved since the lock was taken and not used; what CONFIG_DEBUG_MUTEXES leaves at unlock. */
  private int slots;

  Reservation(String element, EventSink events) {
    this.element = element;
    this.events = events;
    this.lock = new WaitDieLock(element);
  }

  @Override
  public boolean isLocked() {
    return lock.isLocked();
  }

  /** What a lock without a context, and an unlock by the core, do. */
  void setLocked(boolean held) {
    if (held) {
      lock.tryLock();
    } else {
      slots = 0;
      lock.unlock();
    }
  }

  /** Its holder died in an oops: it is held for ever. */
  void abandon() {
    lock.abandon();
  }

  /** Who has the lock, for a sentence. */
  String holder() {
    if (lock.isAbandoned()) {
      return "a thread that died in the kernel";
    }
    return lock.holder().map(Acquisition::toString).orElse("the caller itself");
  }

  boolean isAbandoned() {
    return lock.isAbandoned();
  }

  @Override
  public int lock() {
    return lock.tryLock() ? 0 : Errno.EDEADLK.rc();
  }

  @Override
  public void lock(AcquireContext context, Sleep sleep, IntConsumer answered) {
    lock.lock(own(context), sleep, answered);
  }

  @Override
  public void lockSlow(AcquireContext context, Sleep sleep, IntConsumer answered) {
    own(context).needsContention(lock);
    lock.lock(own(context), sleep, answered);
  }

  private static Acquisition own(AcquireContext context) {
    if (context instanceof Acquisition own) {
      return own;
    }
    throw new IllegalArgumentException("not a context of this core: " + context);
  }

  @Override
  public boolean trylock() {
    return lock.tryLock();
  }

  @Override
  public void unlock() {
    if (!lock.isLocked() || lock.isAbandoned()) {
      throw new IllegalStateException("the reservation of " + element + " is not locked");
    }
    setLocked(false);
  }

  @Override
  public void add(DmaFence fence, FenceUsage usage) {
    reserve(1);
    addReserved(fence, usage);
  }

  @Override
  public void addReserved(DmaFence fence, FenceUsage usage) {
    Objects.requireNonNull(fence, "fence");
    if (fence instanceof Fence f && f.ops().isContainer()) {
      warn(CoreRules.ADD_FENCE, "a container: it is not known which timelines are in it");
    }
    Entry added = new Entry(fence, usage);
    fence.get();
    events.emit(
        new DmaEvent.FenceAdded(
            element, fence.context(), fence.seqno(), usage.ordinal(), isLocked(), slots > 0));
    for (int i = 0; i < table.size(); i++) {
      if (isReplacedBy(table.get(i), added)) {
        table.set(i, added).fence().put();
        return;
      }
    }
    if (table.size() >= capacity) {
      String text = "no slot was reserved for the fence, and none is free: kernel BUG";
      events.emit(new DmaEvent.Oopsed(CoreRules.ADD_FENCE, element, text));
      throw new KernelOops(CoreRules.ADD_FENCE, text);
    }
    table.add(added);
    slots = Math.max(0, slots - 1);
  }

  private void warn(Rule rule, String text) {
    events.emit(
        new DmaEvent.KernelMessage(
            element, DmaEvent.MessageClass.WARNING, rule.function() + "(): " + text));
  }

  /** dma_resv_fini(). */
  void release() {
    table.forEach(entry -> entry.fence().put());
    table.clear();
  }

  private static boolean isReplacedBy(Entry old, Entry added) {
    return (old.fence().context() == added.fence().context()
            && old.usage().compareTo(added.usage()) >= 0
            && isLaterOrSame(added.fence(), old.fence()))
        || old.fence().isSignaled();
  }

  /** dma_fence_is_later_or_same(): "same" is the same object, not the same number. */
  private static boolean isLaterOrSame(DmaFence fence, DmaFence than) {
    return fence == than || fence instanceof Fence later && later.isLaterThan(than);
  }

  @Override
  public int reserve(int fences) {
    if (fences <= 0) {
      warn(CoreRules.RESERVE, "room for " + fences + " fences");
      return Errno.EINVAL.rc();
    }
    slots = Math.max(slots, fences);
    if (table.size() + fences <= capacity) {
      return 0;
    }
    int wanted =
        capacity == 0
            ? Math.max(FIRST_FENCES, roundUpToPowerOfTwo(fences))
            : Math.max(table.size() + fences, capacity * 2);
    capacity = roundedCapacity(wanted);
    List<Entry> unsignaled = new ArrayList<>();
    for (Entry entry : table) {
      if (entry.fence().isSignaled()) {
        entry.fence().put();
      } else {
        unsignaled.add(entry);
      }
    }
    table = unsignaled;
    generation++;
    return 0;
  }

  /** dma_resv_list_alloc(): whatever kmalloc() rounds the table up to is used. */
  private static int roundedCapacity(int fences) {
    return (int) ((kmallocSize(HEADER_BYTES + (long) fences * ENTRY_BYTES) - HEADER_BYTES)
        / ENTRY_BYTES);
  }

  private static long kmallocSize(long bytes) {
    if (bytes > 64 && bytes <= 96) {
      return 96;
    }
    if (bytes > 128 && bytes <= 192) {
      return 192;
    }
    return bytes <= 8 ? 8 : Long.highestOneBit(bytes - 1) << 1;
  }

  private static int roundUpToPowerOfTwo(int count) {
    return count == 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }

  @Override
  public void replace(long context, DmaFence fence, FenceUsage usage) {
    Objects.requireNonNull(fence, "fence");
    for (int i = 0; i < table.size(); i++) {
      if (table.get(i).fence().context() == context) {
        fence.get();
        table.set(i, new Entry(fence, usage)).fence().put();
      }
    }
  }

  @Override
  public boolean isSignaled(FenceUsage usage) {
    return firstUnsignaled(usage).isEmpty();
  }

  /** The first of that class and all before it that is not signaled, in table order. */
  Optional<DmaFence> firstUnsignaled(FenceUsage usage) {
    for (Entry entry : table) {
      if (entry.usage().compareTo(usage) <= 0 && !entry.fence().isSignaled()) {
        return Optional.of(entry.fence());
      }
    }
    return Optional.empty();
  }

  @Override
  public List<Entry> fences(FenceUsage usage) {
    return table.stream().filter(entry -> entry.usage().compareTo(usage) <= 0).toList();
  }

  @Override
  public void setDeadline(FenceUsage usage, long deadlineNanos) {
    for (Entry entry : List.copyOf(table)) {
      if (entry.usage().compareTo(usage) <= 0) {
        entry.fence().setDeadline(deadlineNanos);
      }
    }
  }

  @Override
  public long waitTimeout(FenceUsage usage, long timeout) {
    return isSignaled(usage) ? Math.max(1, timeout) : 0;
  }

  @Override
  public FenceWalk walk(FenceUsage usage) {
    return new UnlockedWalk(usage);
  }

  /** dma_resv_iter_next_unlocked(). */
  private final class UnlockedWalk implements FenceWalk {
    private final FenceUsage asked;
    private List<Entry> walked = List.of();
    private int index;
    private int seenGeneration = -1;
    private boolean restarted;
    private FenceUsage current = FenceUsage.KERNEL;

    UnlockedWalk(FenceUsage asked) {
      this.asked = asked;
    }

    @Override
    public Optional<DmaFence> next() {
      restarted = seenGeneration != generation;
      if (restarted) {
        walked = table;
        seenGeneration = generation;
        index = 0;
      }
      while (index < walked.size()) {
        Entry entry = walked.get(index++);
        if (entry.usage().compareTo(asked) <= 0 && !entry.fence().isSignaled()) {
          current = entry.usage();
          return Optional.of(entry.fence());
        }
      }
      return Optional.empty();
    }

    @Override
    public boolean isRestarted() {
      return restarted;
    }

    @Override
    public FenceUsage usage() {
      return current;
    }
  }

  @Override
  public int waitInterruptible(FenceUsage usage, DmaDevice waiter) {
    return waitInterruptible(usage, waiter.id(), new Narrator(events));
  }

  /**
   * An interruptible wait without a timeout.
   *
   * <p>The engine thread is the only one that could signal, and it is the one that waits: what is
   * not signaled now never will be while the call lasts. The wait ends as the kernel's does when a
   * signal ends it.
   *
   * @param waiter id of the element on whose behalf
   */
  int waitInterruptible(FenceUsage usage, String waiter, Narrator narrator) {
    if (table.isEmpty() || fences(usage).isEmpty()) {
      return 0;
    }
    Optional<DmaFence> open = firstUnsignaled(usage);
    events.emit(
        new DmaEvent.FenceWaited(
            waiter,
            element,
            usage.ordinal(),
            open.isEmpty(),
            open.map(DmaFence::context).orElse(0L),
            open.map(DmaFence::seqno).orElse(0L)));
    if (open.isEmpty()) {
      return 0;
    }
    DmaFence fence = open.get();
    narrator.decided(
        CoreRules.FENCE_WAIT,
        waiter,
        "waits for the fences of class "
            + usage
            + " and stronger of "
            + element
            + "; context "
            + fence.context()
            + " seqno "
            + fence.seqno()
            + " is not signaled, and nobody signals it while this thread waits: only a signal ends"
            + " the wait, -ERESTARTSYS",
        "usage",
        usage.name(),
        "context",
        Long.toUnsignedString(fence.context()),
        "seqno",
        Long.toUnsignedString(fence.seqno()));
    return Errno.ERESTARTSYS.rc();
  }
}
