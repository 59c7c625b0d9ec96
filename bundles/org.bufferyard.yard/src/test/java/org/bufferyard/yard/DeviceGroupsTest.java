package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.iommu.DeviceGroups;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.junit.jupiter.api.Test;

/** An IOMMU whose driver says which devices share a domain. */
final class DeviceGroupsTest {
  private static final long MASK = 0x3_ffff_ffffL;

  private final Bench bench = new Bench();

  DeviceGroupsTest() {
    for (String model : List.of("fake,left", "fake,right")) {
      bench.kinds.put(
          IommuKind.class,
          model,
          (IommuKind) (u, c) -> new Grouping(new FakeIommu(u.id(), c, bench.kinds.calls)));
    }
    bench.iommu("left", "fake,left").iommu("right", "fake,right");
  }

  /** Groups by the hundreds of a stream; the second group is wide, the tenth is refused. */
  private record Grouping(FakeIommu plain) implements Iommu, DeviceGroups {
    @Override
    public Optional<String> group(List<StreamId> streams) {
      long number = streams.getFirst().specifier().getFirst() / 100;
      return number == 9 ? Optional.empty() : Optional.of("chip/" + number);
    }

    @Override
    public IommuDomain newDomain(DomainType type, String group) {
      return plain.newDomain(type);
    }

    @Override
    public List<PhysRange> reserved(String group) {
      return List.of(new PhysRange(0xf000_0000L, 0x1000));
    }

    @Override
    public OptionalLong dmaMask(String group) {
      return group.equals("chip/1") ? OptionalLong.of(MASK) : OptionalLong.empty();
    }

    @Override
    public IommuDomain newDomain(DomainType type) {
      throw new AssertionError("the group's own domain was to be asked for");
    }

    @Override
    public int attach(StreamId stream, IommuDomain domain) {
      return plain.attach(stream, domain);
    }

    @Override
    public void detach(StreamId stream) {
      plain.detach(stream);
    }

    @Override
    public Translation translate(StreamId stream, long address, boolean write) {
      return plain.translate(stream, address, write);
    }

    @Override
    public void close() {
      plain.close();
    }
  }

  private static Domain domain(YardState state, String device) {
    return state.device(device).domain().orElseThrow();
  }

  @Test
  void theDriversGroupsShareADomainWhateverTheBoardSays() {
    bench.device(new Bench.Part("a").behind("left", 1));
    bench.device(new Bench.Part("b").behind("left", 2));
    bench.device(new Bench.Part("c").behind("left", 101));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            assertSame(domain(s, "a"), domain(s, "b"));
            assertNotSame(domain(s, "a"), domain(s, "c"));
            assertEquals("chip/1", domain(s, "c").id());
            YardDevice narrow = s.device("a");
            YardDevice wide = s.device("c");
            assertTrue(narrow.dmaMask().orElseThrow() < MASK, narrow.dmaMask()::toString);
            assertEquals(Optional.of(MASK), wide.dmaMask());
            assertEquals(MASK, wide.coherentDmaMask());
            return null;
          });
    }
    List<String> calls = bench.kinds.calls;
    assertTrue(calls.contains("reserve chip/1 983040-983040"), calls::toString);
  }

  @Test
  void oneGroupMaySpanIommusOfOneDriver() {
    bench.device(new Bench.Part("a").behind("left", 1));
    bench.device(new Bench.Part("b").behind("right", 1));
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            assertSame(domain(s, "a"), domain(s, "b"));
            s.recreate(List.of("a"));
            assertSame(domain(s, "a"), domain(s, "b"));
            s.recreate(List.of("a", "b"));
            assertSame(domain(s, "a"), domain(s, "b"));
            return null;
          });
    }
    assertEquals(
        2, bench.kinds.calls.stream().filter("close table of left"::equals).count(), "both times");
  }

  @Test
  void aDeviceThatTheDriverRefusesGoesDirect() {
    bench.device(new Bench.Part("a").behind("left", 901));
    try (Yard yard = bench.open()) {
      assertEquals(Optional.empty(), yard.call(s -> s.device("a").domain()));
      assertEquals(
          List.of("Its IOMMU's driver refuses it: EINVAL, using direct DMA"),
          yard.call(s -> s.events().since(0)).stream()
              .filter(KernelMessage.class::isInstance)
              .map(e -> ((KernelMessage) e).text())
              .toList());
      yard.call(s -> s.recreate(List.of("a")));
    }
  }
}
