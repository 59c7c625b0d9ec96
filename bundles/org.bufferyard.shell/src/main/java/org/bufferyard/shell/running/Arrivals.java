package org.bufferyard.shell.running;

import java.util.Optional;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.web.PageServer;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** What a running yard has beyond a single command: it comes after the start command was made. */
@Component(service = Arrivals.class)
public final class Arrivals {
  private volatile Optional<LiveYards> yards = Optional.empty();
  private volatile Optional<TypedCommands> typed = Optional.empty();
  private volatile Optional<PageServer> page = Optional.empty();

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void addYards(LiveYards come) {
    yards = Optional.of(come);
  }

  void removeYards(LiveYards gone) {
    if (yards.filter(here -> here == gone).isPresent()) {
      yards = Optional.empty();
    }
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void addTyped(TypedCommands come) {
    typed = Optional.of(come);
  }

  void removeTyped(TypedCommands gone) {
    if (typed.filter(here -> here == gone).isPresent()) {
      typed = Optional.empty();
    }
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void addPage(PageServer come) {
    page = Optional.of(come);
  }

  void removePage(PageServer gone) {
    if (page.filter(here -> here == gone).isPresent()) {
      page = Optional.empty();
    }
  }

  public Optional<LiveYards> yards() {
    return yards;
  }

  public Optional<TypedCommands> typed() {
    return typed;
  }

  public Optional<PageServer> page() {
    return page;
  }
}
