import type source from '@/locales/zh-CN/phone'

export default {
  phone: {
    title: 'Browser phone',
    state: {
      off: 'The phone is off',
      asking: 'Opening the microphone; allow it in the browser…',
      connecting: 'The phone is connecting…',
      ready: 'Phone ready',
      elsewhere: 'The phone is in use in another page',
      deaf: 'No microphone: plug in the headset and allow the browser to use it',
      refused: 'The phone cannot sign in; try again, or sign in to your seat anew',
    },
    take: 'Use it here',
    answer: 'Answer',
    refuse: 'Refuse',
    headset: 'Headset and test',
    microphone: 'Microphone',
    speaker: 'Loudspeaker',
    systemChoice: 'System default',
    ownLevel: 'Your loudness',
    otherLevel: 'Loudness of the other side',
    network: 'Network quality',
    grade: { good: 'Network good', fair: 'Network fair', poor: 'Network poor' },
    loss: 'loss {share}',
    echo: 'Echo test',
    echoStop: 'Stop the test',
    echoHint: 'Echo test: speak, and the switch sends your voice back to you. It ends by itself after a minute.',
    done: 'Done',
    deafNow: 'The chosen microphone cannot be opened',
  },
} satisfies typeof source
