package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.AttributedAccess;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.PageRequest;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.platform.yard.Yard;
import org.junit.jupiter.api.Test;

/** What a device says of its transactions arrives at hardware that wants to know. */
final class AttributesTest {
  private final Bench bench = new Bench();
  private final List<AccessAttributes> heard = new ArrayList<>();
  private final List<Optional<PageRequest.Response>> answers = new ArrayList<>();

  AttributesTest() {
    bench.kinds.put(
        IommuKind.class,
        "fake,attentive",
        (IommuKind) (u, c) -> new Attentive(new FakeIommu(u.id(), c, bench.kinds.calls)));
    bench.kinds.put(
        IommuKind.class,
        "fake,deaf",
        (IommuKind) (u, c) -> new FakeIommu(u.id(), c, bench.kinds.calls));
    bench.iommu("attentive", "fake,attentive").iommu("deaf", "fake,deaf");
    bench.device(new Bench.Part("a").behind("attentive", 1));
    bench.device(new Bench.Part("b").behind("deaf", 1));
  }

  private final class Attentive extends AroundIommu implements AttributedAccess {
    Attentive(FakeIommu plain) {
      super(plain);
    }

    @Override
    public Translation translate(
        StreamId stream, long address, boolean write, AccessAttributes attributes) {
      heard.add(attributes);
      answers.add(
          plain.context.reportDeviceFault(
              new PageRequest(stream, attributes.pasid(), address, write, false, false, 1, true)));
      return plain.translate(stream, address, write);
    }
  }

  @Test
  void attributesGoToHardwareThatLooksAtThem() {
    AccessAttributes words = AccessAttributes.PLAIN.withPasid(5).asPrivileged();
    try (Yard yard = bench.open()) {
      yard.call(
          s -> {
            for (String device : List.of("a", "b")) {
              DeviceBus bus = s.bus(s.device(device));
              bus.read(0x1000, new byte[4], 0, 4);
              DeviceBus saying = bus.saying(words);
              saying.read(0x1000, new byte[4], 0, 4);
              assertSame(saying, saying.saying(words));
              saying.saying(AccessAttributes.PLAIN).read(0x1000, new byte[4], 0, 4);
            }
            return null;
          });
    }
    assertEquals(List.of(words), heard, "a plain access is none of them");
    assertEquals(List.of(Optional.empty()), answers, "no domain has a handler");
  }
}
