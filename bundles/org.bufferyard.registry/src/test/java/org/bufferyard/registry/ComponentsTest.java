package org.bufferyard.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.KindStatus.State;
import org.junit.jupiter.api.Test;
import org.osgi.framework.dto.ServiceReferenceDTO;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/** Components that would bring a plug-in and are no service. */
final class ComponentsTest {
  private final HandMadeRuntime scr = new HandMadeRuntime();

  private static ComponentDescriptionDTO component(String name, Class<?> type) {
    ComponentDescriptionDTO component = new ComponentDescriptionDTO();
    component.name = name;
    component.serviceInterfaces = new String[] {type.getName()};
    component.configurationPid = new String[] {name};
    component.properties = new HashMap<>(Map.of("models", "cma", "service.ranking", 7));
    component.references = new ReferenceDTO[0];
    return component;
  }

  private static ComponentConfigurationDTO configuration(
      ComponentDescriptionDTO component, int state) {
    ComponentConfigurationDTO one = new ComponentConfigurationDTO();
    one.description = component;
    one.state = state;
    one.properties = component.properties;
    one.unsatisfiedReferences = new UnsatisfiedReferenceDTO[0];
    return one;
  }

  private List<KindStatus> absent() {
    return new Components(scr).absent(List.of(AllocatorKind.class));
  }

  private void assertAbsent(State state, String reason) {
    assertEquals(
        List.of(new KindStatus("AllocatorKind", "cma", "org.example.Cma", 7, state, reason)),
        absent());
  }

  @Test
  void oneThatWaitsForAServiceSaysForWhich() {
    ComponentDescriptionDTO cma = component("org.example.Cma", AllocatorKind.class);
    ReferenceDTO reference = new ReferenceDTO();
    reference.name = "clock";
    reference.interfaceName = "org.example.Clock";
    cma.references = new ReferenceDTO[] {reference};
    ComponentConfigurationDTO one =
        configuration(cma, ComponentConfigurationDTO.UNSATISFIED_REFERENCE);
    UnsatisfiedReferenceDTO missing = new UnsatisfiedReferenceDTO();
    missing.name = "clock";
    missing.target = "(fast=true)";
    one.unsatisfiedReferences = new UnsatisfiedReferenceDTO[] {missing};
    scr.with(cma, one);
    assertAbsent(State.WAITING, "waits for a service org.example.Clock with (fast=true)");
  }

  @Test
  void oneThatWaitsForAConfigurationSaysForWhich() {
    ComponentDescriptionDTO cma = component("org.example.Cma", AllocatorKind.class);
    scr.with(cma, configuration(cma, ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION));
    assertAbsent(State.WAITING, "waits for a configuration of org.example.Cma");
    scr.with(cma);
    assertAbsent(State.WAITING, "waits for a configuration of org.example.Cma");
    scr.enabled = false;
    assertAbsent(State.WAITING, "it is disabled");
  }

  @Test
  void oneWhoseActivationThrewSaysWhat() {
    ComponentDescriptionDTO cma = component("org.example.Cma", AllocatorKind.class);
    ComponentConfigurationDTO one =
        configuration(cma, ComponentConfigurationDTO.FAILED_ACTIVATION);
    one.failure =
        "java.lang.reflect.InvocationTargetException\n\tat java.base/x\n"
            + "Caused by: java.lang.IllegalStateException: no such node\n\tat org.example.Cma\n";
    scr.with(cma, one);
    assertAbsent(
        State.FAILED,
        "its activation failed: java.lang.IllegalStateException: no such node");
    assertEquals(
        Optional.of("java.lang.IllegalStateException: no such node"),
        new Components(scr).failure("org.example.Cma"));
    assertEquals(Optional.empty(), new Components(scr).failure("org.example.Other"));
  }

  @Test
  void servicesAndOtherPeoplesComponentsAreNoneOfThese() {
    ComponentDescriptionDTO cma = component("org.example.Cma", AllocatorKind.class);
    ComponentConfigurationDTO one =
        configuration(cma, ComponentConfigurationDTO.FAILED_ACTIVATION);
    one.failure = "java.lang.Error: x";
    one.service = new ServiceReferenceDTO();
    ComponentDescriptionDTO other = component("org.example.Other", Runnable.class);
    ComponentDescriptionDTO active = component("org.example.Active", AllocatorKind.class);
    scr.with(cma, one)
        .with(other, configuration(other, ComponentConfigurationDTO.UNSATISFIED_REFERENCE))
        .with(active, configuration(active, ComponentConfigurationDTO.ACTIVE));
    assertEquals(List.of(), absent());
  }
}
