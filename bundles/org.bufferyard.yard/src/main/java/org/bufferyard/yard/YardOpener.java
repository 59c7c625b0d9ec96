package org.bufferyard.yard;

import java.util.Objects;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.DmaBufEngine;
import org.bufferyard.platform.yard.DmaEngine;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.Yards;
import org.bufferyard.yard.memory.MemoryLayout;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Opens yards. Stateless; safe for any thread. */
@Component(service = Yards.class)
public final class YardOpener implements Yards {
  private final Kinds kinds;
  private final DmaEngine dmaEngine;
  private final DmaBufEngine dmaBufEngine;

  @Activate
  public YardOpener(
      @Reference Kinds kinds,
      @Reference DmaEngine dmaEngine,
      @Reference DmaBufEngine dmaBufEngine) {
    this.kinds = Objects.requireNonNull(kinds, "kinds");
    this.dmaEngine = Objects.requireNonNull(dmaEngine, "dmaEngine");
    this.dmaBufEngine = Objects.requireNonNull(dmaBufEngine, "dmaBufEngine");
  }

  @Override
  public Yard open(PlatformSpec spec, YardOptions options) {
    MemoryLayout layout = MemoryLayout.of(spec);
    ChosenKinds chosen =
        ChosenKinds.choose(kinds, new Needs(spec, layout), options.flavour());
    return RunningYard.start(new Plan(spec, options, layout, dmaEngine, dmaBufEngine), chosen);
  }

  @Override
  public Yards frozen() {
    return new YardOpener(new FrozenKinds(kinds), dmaEngine, dmaBufEngine);
  }
}
