package org.bufferyard.conform.bench;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.conform.record.Operation;
import org.bufferyard.conform.record.RecordedCase;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;

/**
 * What the commands of one case work on: the yard's state, and the objects that earlier commands
 * named. Engine thread only.
 */
public final class Bench {
  private final YardState state;
  private final RecordedBoot boot;
  private final RecordedCase recorded;
  private final Sightings sightings;

  /** Where the recorded trace begins in the model's events: behind the last fresh. */
  private long traceStart;

  private final BooleanSupplier oopsed;

  /** By name, oldest first; a name that is given anew is young again. */
  private final Map<String, BenchObject> objects = new LinkedHashMap<>();

  /** Slots that earlier cases left behind, by pool; learned once a case. */
  private final Map<String, Long> leakedSlots = new HashMap<>();

  /** Bounce pools whose search position this case has learned already, by first byte. */
  private final Set<Long> placed = new HashSet<>();

  private final List<String> callbacks = new ArrayList<>();

  private final Leftovers leftovers;

  /** The on-card buffer of each PCI device. */
  private final Map<String, byte[]> cards = new HashMap<>();

  private Optional<UserRunner> user = Optional.empty();

  /** Pages that no object of the case covers and whose bytes it has seen or written. */
  private final Set<Long> foreignPages = new HashSet<>();

  /**
   * @param oopsed whether a command of the same boot is known to have killed its caller
   */
  public Bench(
      YardState state, RecordedBoot boot, RecordedCase recorded, BooleanSupplier oopsed) {
    this.oopsed = oopsed;
    this.state = state;
    this.boot = boot;
    this.recorded = recorded;
    this.leftovers = new Leftovers(recorded);
    this.sightings = new Sightings(recorded);
    this.traceStart = state.events().mark();
  }

  public YardState state() {
    return state;
  }

  public Dma dma() {
    return state.dma();
  }

  public RecordedBoot boot() {
    return boot;
  }

  /** The device object that stands for this name now; empty when this boot had none. */
  public Optional<YardDevice> device(String name) {
    return boot.board().device(name).map(d -> state.device(d.id()));
  }

  /** The recorder's process of user space. */
  public UserRunner user() {
    if (user.isEmpty()) {
      user = Optional.of(new UserRunner(state.dmaBufs()));
    }
    return user.get();
  }

  /** The name under which the case knows a buffer. */
  public Optional<String> nameOf(DmaBuf buffer) {
    return objects.entrySet().stream()
        .filter(e -> e.getValue() instanceof BenchObject.Shared s && s.buffer() == buffer)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  public void put(String name, BenchObject object) {
    objects.remove(name);
    objects.put(name, object);
  }

  /** The same object in another state. */
  public void replace(String name, BenchObject object) {
    objects.replace(name, object);
  }

  /** Names of all objects, youngest first. */
  public List<String> names() {
    return List.copyOf(objects.keySet()).reversed();
  }

  public Optional<BenchObject> object(String name) {
    return Optional.ofNullable(objects.get(name));
  }

  /**
   * Slots of a pool that an earlier case took into an oops and never gave back: what the first look
   * of this case shows beyond its own.
   */
  public long leakedSlots(String pool, long shownBeyondOwn) {
    return leakedSlots.computeIfAbsent(pool, p -> shownBeyondOwn);
  }

  public void remove(String name) {
    objects.remove(name);
  }

  public <T extends BenchObject> Optional<T> find(Class<T> type, String name) {
    return Optional.ofNullable(objects.get(name)).filter(type::isInstance).map(type::cast);
  }

  /** The allocation behind an object, its own or that of a dma-buf. */
  public Optional<Allocation> allocation(String name) {
    return switch (objects.get(name)) {
      case BenchObject.Buffer buffer -> Optional.of(buffer.allocation());
      case BenchObject.Shared shared -> Optional.of(shared.allocation());
      case null, default -> Optional.empty();
    };
  }

  /** The first device that the case names, for commands that name none; empty when it names none. */
  public Optional<YardDevice> anyDevice() {
    return recorded.ops().stream()
        .flatMap(op -> Stream.of(op.split(" ", -1)).skip(1))
        .flatMap(word -> device(word).stream())
        .findFirst();
  }

  public Leftovers leftovers() {
    return leftovers;
  }

  /** Callbacks of the recorder's exporter that no answer has told yet, in its words. */
  public List<String> callbacks() {
    return callbacks;
  }

  public byte[] card(String device, int sizeBytes) {
    return cards.computeIfAbsent(device, d -> new byte[sizeBytes]);
  }

  /** Physical address of a page of an arena, {@code L12}. */
  public long page(Operation op, String word) {
    PhysRange arena =
        boot.arena(word.substring(0, 1))
            .orElseThrow(() -> op.wrong("names an arena that this boot has not: " + word));
    long phys = arena.base() + (op.number(word.substring(1)) << PageRef.SHIFT);
    if (!arena.contains(phys)) {
      throw op.wrong("names a page outside its arena: " + word);
    }
    return phys;
  }

  /** A page pointer as the recorder's module holds it. */
  public PageRef pageRef(long phys) {
    return new PageRef(phys >>> PageRef.SHIFT, state.memory().backing(phys));
  }

  /**
   * Where the first bounce of a pool came to lie is an input, since no case resets the search: told
   * to the yard before the command that bounced. In a boot in which an oops has leaked slots the
   * later ones tell which are missing.
   *
   * @param dma as recorded
   */
  public void learnBounce(YardDevice device, long dma) {
    long phys = device.dmaDomain().isPresent() ? dma : device.rangeMap().toPhys(dma);
    Optional<PhysRange> pool = bouncePool(phys);
    if (pool.isEmpty()) {
      return;
    }
    if (placed.add(pool.get().base())) {
      state.placements().preferBounce(phys);
    } else if (oopsed.getAsBoolean()) {
      state.placements().sawBounce(phys);
    }
  }

  public void restartTrace() {
    traceStart = state.events().mark();
  }

  /** Lines of the trace that the model has made so far. */
  private int tracePosition() {
    return IommuTrace.of(state.events().since(traceStart), boot.board()).size();
  }

  /**
   * The same behind an IOMMU, where the answer tells IOVAs only: by the trace, else by a later look.
   *
   * @param object what the command maps
   * @param dmas its device addresses as recorded; empty when it failed
   */
  public void learnBounceBehind(
      Operation op, YardDevice device, String object, List<Long> dmas, int entries) {
    if (boot.board().machine().swiotlb().region().filter(p -> !placed.contains(p.base())).isEmpty()) {
      return;
    }
    Optional<Long> traced =
        sightings.hasTrace()
            ? sightings.firstBounce(tracePosition(), dmas, device.minAlignMask())
            : Optional.empty();
    if (traced.isPresent()) {
      learnBounce(device, traced.get());
      return;
    }
    for (int entry = 0; entry < entries; entry++) {
      sightings.behind(op, object, entry).ifPresent(phys -> learnBounce(device, phys));
    }
  }

  /**
   * Pages of an allocation that has no kernel mapping to show them. Where the record is silent, pages
   * that it gives to nobody else: from the end of memory.
   */
  public List<Long> pagesOf(Operation op, long iova, long sizeBytes) {
    List<Long> pages =
        sightings.hasTrace()
            ? sightings.pagesAt(tracePosition(), iova, sizeBytes)
            : List.<Long>of();
    if (pages.isEmpty()) {
      pages = sightings.pagesSeenLater(op, op.word(2));
    }
    return pages.isEmpty() ? unnamedPages(sizeBytes >>> PageRef.SHIFT) : pages;
  }

  private List<Long> unnamedPages(long count) {
    Set<Long> named = sightings.pagesNamed();
    long last =
        boot.board().memory().stream().mapToLong(m -> m.range().last()).max().orElse(0);
    List<Long> pages = new ArrayList<>();
    for (long page = last + 1 - PageRef.SIZE;
        pages.size() < count && state.memory().isRam(page);
        page -= PageRef.SIZE) {
      if (!named.contains(page)) {
        pages.add(page);
      }
    }
    return pages;
  }

  /**
   * The first address of a list whose mapping failed, where a later look at its first entry shows
   * it: what a failed mapping leaves behind is all that tells where its first bounce lay.
   */
  public Optional<Long> firstAddressSeenLater(Operation op, String list) {
    for (int i = op.index() + 1; i < recorded.ops().size(); i++) {
      String later = recorded.ops().get(i);
      if (later.startsWith("map") && later.contains(" " + list + " ")) {
        break;
      }
      if (later.equals("iova " + op.word(1) + " " + list)
          || later.startsWith("iova " + op.word(1) + " " + list + " ")
          || later.startsWith("iova " + op.word(1) + " " + list + ":0")) {
        return RecordedPlaces.number(recorded.results().get(i).get("addr"));
      }
    }
    return Optional.empty();
  }

  /** What the kernel answered to the next command that starts so; empty when none does. */
  public JsonObject laterAnswer(Operation op, String start) {
    for (int i = op.index() + 1; i < recorded.ops().size(); i++) {
      if (recorded.ops().get(i).startsWith(start)) {
        return recorded.results().get(i);
      }
    }
    return new JsonObject();
  }

  /**
   * Tells the memory what the recorder read behind an address that no object of the case stands for:
   * bytes of the boot firmware or of somebody else, which no model can know. What the case itself
   * wrote there stays.
   */
  public void learnForeignBytes(long phys, byte[] bytes) {
    if (foreignPages.add(phys >>> PageRef.SHIFT) && state.memory().isRam(phys)) {
      state.memory().write(phys, bytes, 0, bytes.length);
    }
  }

  public void wroteForeign(long phys) {
    foreignPages.add(phys >>> PageRef.SHIFT);
  }

  /** Whether a word names an object that the case has; numbers name none. */
  public boolean isObject(String word) {
    int colon = word.indexOf(':');
    return objects.containsKey(colon < 0 ? word : word.substring(0, colon));
  }

  private Optional<PhysRange> bouncePool(long phys) {
    Optional<PhysRange> restricted =
        boot.board().pools().stream()
            .filter(p -> p.kind() == PoolSpec.Kind.RESTRICTED && p.range().contains(phys))
            .map(PoolSpec::range)
            .findFirst();
    return restricted.isPresent()
        ? restricted
        : boot.board().machine().swiotlb().region().filter(r -> r.contains(phys));
  }

  /**
   * The memory behind a device address, as the recorder's module looked it up: through the table of
   * the domain, else by the bus offset only. No permissions, no limits.
   */
  public long behind(YardDevice device, long address) {
    return device
        .domain()
        .filter(d -> d.type().isDmaApi())
        .map(d -> d.table().iovaToPhys(address))
        .orElseGet(() -> device.rangeMap().toPhys(address));
  }

  /**
   * The device address that a word stands for: a number, an object, or one segment of an object. A
   * name that stands for nothing reads as 0, as in the recorder.
   */
  public long address(Operation op, String word) {
    if (Character.isDigit(word.charAt(0))) {
      return op.number(word);
    }
    int colon = word.indexOf(':');
    String name = colon < 0 ? word : word.substring(0, colon);
    BenchObject object = objects.get(name);
    return switch (object) {
      case null -> 0;
      case BenchObject.Buffer buffer -> buffer.allocation().handle();
      case BenchObject.Shared shared -> shared.allocation().handle();
      case BenchObject.Signal signal -> 0;
      case BenchObject.Attached attached -> attached.dma(index(op, word, colon));
      case BenchObject.Mapping mapping ->
          mapping.dma() == DmaAddress.MAPPING_ERROR ? 0 : mapping.dma();
      case BenchObject.PageList list -> list.dma(index(op, word, colon));
    };
  }

  private static int index(Operation op, String word, int colon) {
    return colon < 0 ? 0 : (int) op.number(word.substring(colon + 1));
  }
}
