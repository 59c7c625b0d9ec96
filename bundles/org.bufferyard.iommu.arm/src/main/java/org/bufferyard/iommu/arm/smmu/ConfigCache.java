package org.bufferyard.iommu.arm.smmu;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.smmu.ConfigLookup.Refusal;
import org.bufferyard.iommu.arm.smmu.ConfigLookup.Unreached;
import org.bufferyard.iommu.arm.smmu.ContextDescriptor.Faults;
import org.bufferyard.iommu.arm.smmu.SmmuV3Features.StallModel;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.DefaultSubstream;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Eats;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Format;
import org.bufferyard.iommu.arm.smmu.StreamTableEntry.Stage1;

/**
 * How the hardware finds what is to become of a transaction (SMMU architecture, 3.3.3, 5.2.2 and
 * 5.4.2): its stream's entry, checked, then the context descriptor of its substream, through stage
 * 2 where that is on. What it found it keeps until a command takes it away; what it refused it looks
 * at again. Engine thread only.
 */
final class ConfigCache {
  /** Of a transaction without a substream. */
  private static final int NO_SUBSTREAM = -1;

  /**
   * What is known of a stream.
   *
   * @param stage2 walk of what is not behind stage 1
   * @param bySubstream configurations with a context descriptor
   */
  private record Stream(
      StreamTableEntry entry, StageWalk stage2, Map<Integer, StreamConfig> bySubstream) {}

  private final TableMemory memory;
  private final StreamTable table;
  private final SmmuV3Features features;
  private final Map<Long, Stream> streams = new HashMap<>();

  /** Who asked last, and what it got: most ask again. */
  private Optional<StreamConfig> last = Optional.empty();

  private long lastStream;
  private int lastSubstream;

  ConfigCache(TableMemory memory, StreamTable table, SmmuV3Features features) {
    this.memory = memory;
    this.table = table;
    this.features = features;
  }

  /** CMD_CFGI_STE, with all contexts of the stream. */
  void forgetStream(long stream) {
    last = Optional.empty();
    streams.remove(stream);
  }

  /** CMD_CFGI_STE_RANGE: streams that differ in {@code bits} bits at most. */
  void forgetStreams(long stream, int bits) {
    last = Optional.empty();
    streams.keySet().removeIf(s -> (s ^ stream) >>> bits == 0);
  }

  /** CMD_CFGI_CD. */
  void forgetContext(long stream, int substream) {
    last = Optional.empty();
    Stream known = streams.get(stream);
    if (known != null) {
      known.bySubstream().remove(substream);
      if (substream == 0) {
        known.bySubstream().remove(NO_SUBSTREAM);
      }
    }
  }

  /** CMD_CFGI_CD_ALL. */
  void forgetContexts(long stream) {
    last = Optional.empty();
    Stream known = streams.get(stream);
    if (known != null) {
      known.bySubstream().clear();
    }
  }

  ConfigLookup find(Transaction transaction) {
    boolean again =
        transaction.stream() == lastStream && transaction.substream() == lastSubstream;
    if (again && last.isPresent()) {
      return last.get();
    }
    ConfigLookup found = lookUp(transaction);
    if (found instanceof StreamConfig config) {
      last = Optional.of(config);
      lastStream = transaction.stream();
      lastSubstream = transaction.substream();
    }
    return found;
  }

  private ConfigLookup lookUp(Transaction transaction) {
    Stream known = streams.get(transaction.stream());
    if (known != null) {
      StreamConfig config = known.bySubstream().get(transaction.substream());
      return config == null ? context(known, transaction) : config;
    }
    long at = table.entry(transaction.stream());
    if (at == TableMemory.NONE) {
      return new Refusal(SmmuV3Event.C_BAD_STREAMID, 0);
    }
    if (!memory.answers(at)) {
      return new Refusal(SmmuV3Event.F_STE_FETCH, at);
    }
    StreamTableEntry entry = StreamTableEntry.read(memory, at);
    Optional<StageWalk> stage2 =
        isLegal(entry) ? StageWalk.of(memory, entry) : Optional.empty();
    if (stage2.isEmpty()) {
      return new Refusal(SmmuV3Event.C_BAD_STE, 0);
    }
    Stream fetched = new Stream(entry, stage2.get(), new HashMap<>());
    streams.put(transaction.stream(), fetched);
    return context(fetched, transaction);
  }

  /** 5.2.2. */
  private boolean isLegal(StreamTableEntry entry) {
    StreamTableEntry.Config config = entry.config();
    return switch (config) {
          case BAD -> false;
          case ABORT, BYPASS -> true;
          case NESTED -> features.nested();
          case STAGE_1, STAGE_2 -> true;
        }
        && (!config.hasStage1() || isLegal(entry.stage1()))
        && (!config.hasStage2() || isLegal(entry.stage2()))
        && isLegalForDevices(entry);
  }

  private boolean isLegal(Stage1 stage1) {
    boolean tables = stage1.cdMax() > 0 && stage1.format() != Format.LINEAR;
    return stage1.cdMax() <= features.substreamBits()
        && (!tables || features.twoLevelContexts())
        && (!stage1.stallDisabled() || features.stallModel() == StallModel.CONFIGURED);
  }

  private boolean isLegal(StreamTableEntry.Stage2 stage2) {
    return switch (features.stallModel()) {
      case CONFIGURED -> true;
      case NONE -> !stage2.stalls();
      case FORCED -> stage2.stalls();
    };
  }

  /** EATS, where it counts. */
  private boolean isLegalForDevices(StreamTableEntry entry) {
    boolean ignored =
        !features.ats()
            || entry.config() == StreamTableEntry.Config.ABORT
            || entry.config() == StreamTableEntry.Config.BYPASS;
    return ignored
        || switch (entry.eats()) {
          case ABORT -> true;
          case TRANSLATE -> !entry.stage2().stalls();
          case SPLIT_STAGE ->
              entry.config() == StreamTableEntry.Config.NESTED && !entry.stage2().stalls();
        };
  }

  private ConfigLookup context(Stream stream, Transaction transaction) {
    StreamTableEntry entry = stream.entry();
    if (entry.config() == StreamTableEntry.Config.ABORT) {
      return keep(stream, transaction, StreamConfig.plain(entry));
    }
    if (!entry.config().hasStage1()) {
      return transaction.hasSubstream()
          ? new Refusal(SmmuV3Event.C_BAD_SUBSTREAMID, 0)
          : keep(stream, transaction, withoutStage1(stream));
    }
    Stage1 stage1 = entry.stage1();
    if (!transaction.hasSubstream()) {
      DefaultSubstream dss =
          stage1.cdMax() == 0 ? DefaultSubstream.SSID0 : stage1.dss();
      return switch (dss) {
        case TERMINATE -> new Refusal(SmmuV3Event.F_STREAM_DISABLED, 0);
        case BYPASS -> keep(stream, transaction, withoutStage1(stream));
        case SSID0 -> fetch(stream, transaction, 0);
      };
    }
    int substream = transaction.substream();
    if (stage1.cdMax() == 0 || substream >>> stage1.cdMax() != 0) {
      return new Refusal(SmmuV3Event.C_BAD_SUBSTREAMID, 0);
    }
    // Descriptor 0 is for what comes without a substream.
    return substream == 0 && stage1.dss() == DefaultSubstream.SSID0
        ? new Refusal(SmmuV3Event.F_STREAM_DISABLED, 0)
        : fetch(stream, transaction, substream);
  }

  private StreamConfig withoutStage1(Stream stream) {
    return stream.stage2().translates() ? partial(stream) : StreamConfig.plain(stream.entry());
  }

  private static StreamConfig partial(Stream stream) {
    StreamTableEntry entry = stream.entry();
    return new StreamConfig(
        entry,
        Optional.of(stream.stage2()),
        TlbTag.stage2(entry.stage2().vmid()),
        Faults.TERMINATE);
  }

  private static StreamConfig keep(
      Stream stream, Transaction transaction, StreamConfig config) {
    stream.bySubstream().put(transaction.substream(), config);
    return config;
  }

  private ConfigLookup fetch(Stream stream, Transaction transaction, int index) {
    Stage1 stage1 = stream.entry().stage1();
    boolean tables = stage1.cdMax() > 0 && stage1.format() != Format.LINEAR;
    long at = stage1.context() + (long) index * ContextDescriptor.SIZE;
    if (tables) {
      int leafBits = stage1.format().leafBits();
      long pointer = stage1.context() + (long) (index >>> leafBits) * ContextTable.POINTER;
      long located = stream.stage2().locate(pointer, WalkFault.CLASS_CD);
      if (located == TableMemory.NONE) {
        return unread(stream, pointer);
      }
      long level1 = memory.readLong(located);
      if ((level1 & ContextTable.POINTER_VALID) == 0) {
        return new Refusal(SmmuV3Event.C_BAD_SUBSTREAMID, 0);
      }
      at =
          (level1 & ContextTable.POINTER_ADDRESS)
              + (long) (index & ((1 << leafBits) - 1)) * ContextDescriptor.SIZE;
    }
    long located = stream.stage2().locate(at, WalkFault.CLASS_CD);
    return located == TableMemory.NONE
        ? unread(stream, at)
        : behind(stream, transaction, ContextDescriptor.read(memory, located));
  }

  private ConfigLookup unread(Stream stream, long address) {
    StageWalk stage2 = stream.stage2();
    if (!stage2.fetchFault().isNone()) {
      return new Unreached(stage2.fetchFault(), partial(stream));
    }
    long phys = stage2.translates() ? stage2.phys() : address;
    return new Refusal(SmmuV3Event.F_CD_FETCH, phys);
  }

  private ConfigLookup behind(
      Stream stream, Transaction transaction, ContextDescriptor context) {
    StreamTableEntry entry = stream.entry();
    Optional<StageWalk> walk =
        isLegal(entry, context) ? stream.stage2().behind(context) : Optional.empty();
    if (walk.isEmpty()) {
      return new Refusal(SmmuV3Event.C_BAD_CD, 0);
    }
    long tag = TlbTag.stage1(entry.stage2().vmid(), context.asid());
    return keep(
        stream, transaction, new StreamConfig(entry, walk, tag, context.faults()));
  }

  /** 5.4.2, with IDR0.TERM_MODEL 1: without A there is nothing that a fault could do. */
  private boolean isLegal(StreamTableEntry entry, ContextDescriptor context) {
    Faults faults = context.faults();
    return context.valid()
        && faults.aborts()
        && switch (features.stallModel()) {
          case CONFIGURED -> !faults.stalls() || !entry.stage1().stallDisabled();
          case NONE -> !faults.stalls();
          case FORCED -> faults.stalls();
        };
  }
}
