/* From reset to the C library's own start, which talks to the emulator's host by semihosting. */
#include <stdint.h>

#define CPACR (*(volatile uint32_t *)0xe000ed88)

extern void _start(void);
extern uint32_t __stack;

void reset(void) {
  /* The floating-point unit is off at first. */
  CPACR |= 0xfu << 20;
  __asm volatile("dsb\n isb");
  _start();
}

static void fault(void) {
  /* SYS_EXIT_EXTENDED of semihosting: the emulator ends with a code of its own. */
  static const uint32_t why[2] = {0x20026, 125};
  __asm volatile("mov r0, #0x20\n mov r1, %0\n bkpt 0xab" : : "r"(why) : "r0", "r1", "memory");
  for (;;) continue;
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &__stack, (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault, (const void *)fault,
};
